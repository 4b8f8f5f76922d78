"""Rules about the wheels that an extension bundles, one in each module."""
