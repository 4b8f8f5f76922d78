"""Rules about the wheels that an extension bundles."""
