"""The tables of the catalogue."""

from extery_site.catalog.models.activity import Activity
from extery_site.catalog.models.extension import Extension, ExtensionQuerySet, Tag, normalize_id
from extery_site.catalog.models.image import Image
from extery_site.catalog.models.version import Package, Version, VersionQuerySet, sortable_blender

__all__ = [
    "Activity",
    "Extension",
    "ExtensionQuerySet",
    "Image",
    "Package",
    "Tag",
    "Version",
    "VersionQuerySet",
    "normalize_id",
    "sortable_blender",
]
