"""``blender_repo.toml`` and ``sets/NAME.toml``: the configuration of a static repository."""
