"""Rules about the files of a package; registered in `extery.rules.registry`."""
