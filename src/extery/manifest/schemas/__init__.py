"""The fields of each version of the manifest schema and their checks."""
