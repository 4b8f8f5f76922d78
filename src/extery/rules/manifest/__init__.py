"""Rules about the manifest, one in each module: the schema, and warnings."""
