"""Rules about the manifest: what the schema demands, and advice."""
