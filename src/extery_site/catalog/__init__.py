"""The catalogue: extensions with their versions, packages, tags, images and events."""
