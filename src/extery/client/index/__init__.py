"""The extensions that the repositories of a target list, and which of them its Blender can install.

`candidates` are the listed versions as values. They are found in an SQLite file, which `database` opens, `refresh` makes from the
stored listings, and `queries` reads. The file is a cache: without it everything is found in the same way, more slowly.
"""
