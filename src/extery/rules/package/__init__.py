"""Rules about the files of a package."""
