"""The listing of a repository, the JSON document that Blender subscribes to: entries, selection, partition, delta."""
