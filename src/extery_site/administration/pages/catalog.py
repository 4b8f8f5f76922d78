"""Admin pages of extensions, versions and what belongs to them, ratings, listings and files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import register
from django.db.models import Q
from django.urls import reverse

from extery_site.administration.base import Link, ReadOnlyAdmin, audit_link
from extery_site.administration.site import admin_site
from extery_site.catalog.models import (
    Event,
    Extension,
    Handover,
    Image,
    MaximumSuggestion,
    Package,
    ReplacedPackage,
    Tag,
    Version,
)
from extery_site.files.models import StoredFile
from extery_site.listings.models import ListedExtension, ListingEntry
from extery_site.media.models import GalleryItem
from extery_site.ratings.models import Rating, Reply
from extery_site.sets.models import ExtensionSet, SetEntry


def extension_links(extension: Extension) -> Iterable[Link]:
    """Yield the links about an extension."""
    yield Link("Page", extension.get_absolute_url())
    yield Link("Review", reverse("moderation:thread", args=[extension.extension_id]))
    yield audit_link(extension=extension.extension_id)


@register(Extension, site=admin_site)
class ExtensionAdmin(ReadOnlyAdmin):
    """Owners manage extensions, moderators block them; the status follows from both."""

    list_display = (
        "name",
        "extension_id",
        "type",
        "owner",
        "status",
        "download_count",
        "created_at",
    )
    list_filter = ("status", "type")
    list_select_related = ("owner",)
    search_fields = ("name", "extension_id", "owner__username")
    date_hierarchy = "created_at"

    def links(self, obj: Extension) -> Iterable[Link]:
        label = "Lift the block…" if obj.is_blocked else "Block…"
        yield Link(label, reverse("moderation:block", args=[obj.extension_id]))
        yield from extension_links(obj)


@register(Version, site=admin_site)
class VersionAdmin(ReadOnlyAdmin):
    """Reviews decide about versions; their packages never change."""

    list_display = ("extension", "number", "status", "created_by", "created_at", "approved_at")
    list_filter = ("status",)
    list_select_related = ("extension", "created_by")
    search_fields = ("extension__name", "extension__extension_id", "number")
    date_hierarchy = "created_at"

    def links(self, obj: Version) -> Iterable[Link]:
        arguments = [obj.extension.extension_id, obj.number]
        yield Link("Review", reverse("moderation:version", args=arguments))
        yield Link("Block…", reverse("moderation:block", args=[obj.extension.extension_id]))
        yield audit_link(extension=obj.extension.extension_id, q=obj.number)


@register(Event, site=admin_site)
class EventAdmin(ReadOnlyAdmin):
    """Events are written with the change that they record."""

    list_display = ("created_at", "kind", "extension", "version_number", "by", "is_internal")
    list_filter = ("kind", "is_internal")
    list_select_related = ("extension", "by")
    search_fields = ("extension__name", "extension__extension_id", "by__username")
    date_hierarchy = "created_at"
    raw_id_fields = ("extension", "version", "by", "removed_by")

    def withheld(self, user: Any) -> Q:
        own = Q(extension__owner=user) | Q(version__created_by=user)
        return Q(own, is_internal=True)

    def links(self, obj: Event) -> Iterable[Link]:
        return extension_links(obj.extension)


@register(Package, site=admin_site)
class PackageAdmin(ReadOnlyAdmin):
    """Packages are uploaded with their version."""

    list_display = ("original_name", "version", "size", "sha256", "download_count", "created_at")
    list_select_related = ("version__extension",)
    search_fields = ("sha256", "original_name", "version__extension__extension_id")
    date_hierarchy = "created_at"

    def links(self, obj: Package) -> Iterable[Link]:
        return extension_links(obj.version.extension)


@register(ReplacedPackage, site=admin_site)
class ReplacedPackageAdmin(ReadOnlyAdmin):
    """Packages that were replaced while their version was in review."""

    list_display = ("original_name", "version", "created_at", "replaced_at")
    list_select_related = ("version__extension",)
    search_fields = ("original_name", "version__extension__extension_id", "file__sha256")
    date_hierarchy = "replaced_at"


@register(Tag, site=admin_site)
class TagAdmin(ReadOnlyAdmin):
    """Tags are those of Blender, by type of extension."""

    list_display = ("name", "slug", "type")
    list_filter = ("type",)
    search_fields = ("name", "slug")


@register(Handover, site=admin_site)
class HandoverAdmin(ReadOnlyAdmin):
    """Owners offer extensions to other users, who answer."""

    list_display = ("extension", "offered_by", "offered_to", "state", "created_at", "closed_at")
    list_filter = ("state",)
    list_select_related = ("extension", "offered_by", "offered_to")
    search_fields = ("extension__extension_id", "offered_by__username", "offered_to__username")
    date_hierarchy = "created_at"


@register(Image, site=admin_site)
class ImageAdmin(ReadOnlyAdmin):
    """Images are uploaded by the owners of extensions."""

    list_display = ("alt_text", "width", "height", "created_at")
    search_fields = ("alt_text", "file__sha256")
    date_hierarchy = "created_at"


@register(GalleryItem, site=admin_site)
class GalleryItemAdmin(ReadOnlyAdmin):
    """Pictures and videos after the cover, which the owners of extensions add."""

    list_display = ("extension", "position", "kind", "image", "seconds")
    list_filter = ("kind",)
    list_select_related = ("extension", "image")
    search_fields = ("extension__extension_id", "image__alt_text", "youtube_id", "video__sha256")

    def links(self, obj: GalleryItem) -> Iterable[Link]:
        yield from extension_links(obj.extension)


@register(MaximumSuggestion, site=admin_site)
class MaximumSuggestionAdmin(ReadOnlyAdmin):
    """Suggested maximum Blender versions, which owners and moderators answer."""

    list_display = ("version", "maximum_text", "by", "state", "created_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("version__extension", "by", "decided_by")
    search_fields = ("version__extension__extension_id", "by__username")
    date_hierarchy = "created_at"

    def links(self, obj: MaximumSuggestion) -> Iterable[Link]:
        arguments = [obj.version.extension.extension_id, obj.version.number]
        yield Link("Maximum", reverse("publish:maximum", args=arguments))


@register(Rating, site=admin_site)
class RatingAdmin(ReadOnlyAdmin):
    """Users write ratings; moderators hide them on the page of the extension or by a report."""

    list_display = ("extension", "user", "stars", "version_number", "created_at", "hidden_at")
    list_filter = ("stars",)
    list_select_related = ("extension", "user")
    search_fields = ("extension__extension_id", "user__username", "text")
    date_hierarchy = "created_at"

    def links(self, obj: Rating) -> Iterable[Link]:
        return extension_links(obj.extension)


@register(Reply, site=admin_site)
class ReplyAdmin(ReadOnlyAdmin):
    """Replies of owners to ratings."""

    list_display = ("rating", "by", "created_at", "edited_at")
    list_select_related = ("rating__extension", "by")
    search_fields = ("rating__extension__extension_id", "by__username", "text")
    date_hierarchy = "created_at"


@register(ExtensionSet, site=admin_site)
class ExtensionSetAdmin(ReadOnlyAdmin):
    """Users make sets; moderators hide them on their pages."""

    list_display = ("title", "name", "owner", "visibility", "follower_count", "hidden_at")
    list_filter = ("visibility",)
    list_select_related = ("owner",)
    search_fields = ("title", "name", "owner__username")
    date_hierarchy = "created_at"

    def links(self, obj: ExtensionSet) -> Iterable[Link]:
        yield Link("Page", obj.get_absolute_url())
        yield Link("Hide…", reverse("sets:hide", args=[obj.owner.username, obj.name]))
        yield audit_link(action="set.", q=obj.title)


@register(SetEntry, site=admin_site)
class SetEntryAdmin(ReadOnlyAdmin):
    """The extensions of sets."""

    list_display = ("extension", "set", "place", "version_number", "added_at")
    list_select_related = ("extension", "set")
    search_fields = ("extension__extension_id", "set__title")
    date_hierarchy = "added_at"


@register(ListedExtension, site=admin_site)
class ListedExtensionAdmin(ReadOnlyAdmin):
    """What the listing of the site has, as `extery manage rebuild_listing` would write it."""

    list_display = ("id_key", "extension", "revision")
    list_select_related = ("extension",)
    search_fields = ("id_key",)


@register(ListingEntry, site=admin_site)
class ListingEntryAdmin(ReadOnlyAdmin):
    """The entry of each package in the listing."""

    list_display = ("package", "version", "blender_min", "blender_max")
    list_select_related = ("package__version__extension", "version__extension")
    search_fields = ("listed__id_key",)


@register(StoredFile, site=admin_site)
class StoredFileAdmin(ReadOnlyAdmin):
    """Files by the hash of their content; they are deleted with their last package, image or video."""

    list_display = ("sha256", "kind", "size", "created_at")
    list_filter = ("kind",)
    search_fields = ("sha256",)
    date_hierarchy = "created_at"
