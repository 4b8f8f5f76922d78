"""``blender_manifest.toml``: reading, checking field by field, and where in the text each value stands."""
