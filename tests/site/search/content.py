"""Rows of public extensions for searches, written without uploads."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.metadata import set_tags
from extery_site.catalog.models import Extension, SearchTerm
from extery_site.catalog.search_documents import index_outdated
from extery_site.catalog.search_ranking import best_matches


def add(owner: User, id_: str, name: str, *, tags: Any = (), does: Any = (), **fields: Any) -> None:
    """Add a public extension; `index_outdated` makes it searchable."""
    extension = Extension.objects.create(
        owner=owner,
        extension_id=id_,
        name=name,
        **{
            "type": "add-on",
            "tagline": "Nothing",
            "status": Extension.Status.APPROVED,
            "published_at": timezone.now(),
            **fields,
        },
    )
    set_tags(extension, tags)
    SearchTerm.objects.bulk_create(SearchTerm(extension=extension, term=term) for term in does)


def fill(owner: User) -> None:
    """Add extensions of several kinds."""
    add(owner, "folder_door", "Folder Door", tagline="Opens folders", download_count=5)
    add(owner, "batch_names", "Batch Names", tagline="Rename many objects at once")
    add(owner, "light_rig", "Light Rig", tags=["Lighting", "Bulbs"], download_count=10)
    add(owner, "color_grader", "Color Grader", tagline="Normalizes the gray of a centered image")
    add(owner, "colours", "Paint", tagline="All colours of the rainbow")
    add(owner, "HTMLReader", "HTMLReader", description="Reads **pages** of the [web](https://x).")
    add(
        owner,
        "psk",
        "Skeletons",
        does=["import psk", "psk", "ctrl shift q", "bones", "armature.mirror_bones"],
        download_count=1000,
    )
    add(owner, "to_be", "To Be", tagline="Or not to be")
    index_outdated()


def ids(text: str) -> list[str]:
    """Return the ids of the best matches of a text."""
    keys = best_matches(Extension.objects.browsable(), text)
    found = Extension.objects.in_bulk(keys)
    return [found[key].extension_id for key in keys]
