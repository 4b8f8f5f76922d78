"""Rules about the files of a package, one in each module."""
