"""Build packages from a source folder: plan what goes in, report what is wrong, write the zips."""
