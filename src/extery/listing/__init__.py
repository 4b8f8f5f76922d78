"""The listing of a repository, the JSON document that Blender subscribes to: entries, selection, partition, delta."""

#: Name of the file of a listing. For Blender, a URL that ends with it means the folder of the file.
LISTING_FILENAME = "index.json"
#: Whose token Blender 5.3 and newer sends to asset libraries: their own, or that of the repository.
ASSETLIB_AUTH_METHODS = ("PER_LIBRARY", "FROM_REPOSITORY")
