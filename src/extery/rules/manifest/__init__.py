"""Rules about the manifest: the schema, and warnings."""
