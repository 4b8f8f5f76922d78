"""Models of the catalogue."""

from extery_site.catalog.models.event import (
    COMMENT_KINDS,
    DECISION_KINDS,
    PRIVATE_KINDS,
    UNDOABLE_KINDS,
    Event,
    EventQuerySet,
)
from extery_site.catalog.models.extension import Extension, ExtensionQuerySet, Tag, normalize_id
from extery_site.catalog.models.followed_search import FollowedSearchCheck
from extery_site.catalog.models.handover import Handover
from extery_site.catalog.models.home import (
    EditorsPick,
    RisingExtension,
    ThemeColours,
)
from extery_site.catalog.models.image import Image
from extery_site.catalog.models.known_problem import BlenderTest, KnownIncompatibility
from extery_site.catalog.models.maximum import MaximumSuggestion
from extery_site.catalog.models.remote_library import RemoteLibrary
from extery_site.catalog.models.search_term import MAX_TERM_LENGTH, SearchTerm
from extery_site.catalog.models.version import (
    DISCARDABLE,
    EDITABLE,
    EXPIRING,
    SHOWN_IN,
    WITHDRAWABLE,
    Channel,
    Package,
    ReplacedPackage,
    Version,
    VersionQuerySet,
    expiry_of,
    sortable_blender,
)

__all__ = [
    "COMMENT_KINDS",
    "DECISION_KINDS",
    "DISCARDABLE",
    "EDITABLE",
    "EXPIRING",
    "MAX_TERM_LENGTH",
    "PRIVATE_KINDS",
    "SHOWN_IN",
    "UNDOABLE_KINDS",
    "WITHDRAWABLE",
    "BlenderTest",
    "Channel",
    "EditorsPick",
    "Event",
    "EventQuerySet",
    "Extension",
    "ExtensionQuerySet",
    "FollowedSearchCheck",
    "Handover",
    "Image",
    "KnownIncompatibility",
    "MaximumSuggestion",
    "Package",
    "RemoteLibrary",
    "ReplacedPackage",
    "RisingExtension",
    "SearchTerm",
    "Tag",
    "ThemeColours",
    "Version",
    "VersionQuerySet",
    "expiry_of",
    "normalize_id",
    "sortable_blender",
]
