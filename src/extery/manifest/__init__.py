"""``blender_manifest.toml``: parsing, checks of each field, and locations of values in the text."""
