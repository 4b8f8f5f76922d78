"""The wheels of a source folder: found in a package index for all of its Blenders and platforms, and listed in its manifest.

`plan` decides and changes nothing but a temporary folder, `execute` changes the folder. `index` and `metadata` read what a package
index says, none of which is trusted.
"""
