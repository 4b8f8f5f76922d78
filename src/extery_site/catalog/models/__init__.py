"""Models of the catalogue."""

from extery_site.catalog.models.event import DECISION_KINDS, Event, EventQuerySet
from extery_site.catalog.models.extension import Extension, ExtensionQuerySet, Tag, normalize_id
from extery_site.catalog.models.image import Image
from extery_site.catalog.models.version import (
    DISCARDABLE,
    EDITABLE,
    Package,
    Version,
    VersionQuerySet,
    sortable_blender,
)

__all__ = [
    "DECISION_KINDS",
    "DISCARDABLE",
    "EDITABLE",
    "Event",
    "EventQuerySet",
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
