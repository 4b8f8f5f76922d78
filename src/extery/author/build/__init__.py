"""Build packages from a source folder: plan their contents, report problems, write the zips."""
