"""API schemas of sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from extery_site.catalog.schemas import PersonOut
from extery_site.sets.models import ExtensionSet, SetEntry
from extery_site.ui.addresses import absolute

Visibility = Literal["public", "link"]
Order = Literal["newest", "followed", "title"]


class SetIn(Schema):
    """A new set."""

    title: str = Field(description="What the set is for, up to 80 characters.")
    description: str = Field(default="", description="Markdown, up to 4,000 characters.")
    visibility: Visibility = Field(
        default="public", description="`public`, or `link` for people who know the address only."
    )
    name: str = Field(
        default="",
        description="The last part of the address. By default it is made from the title; with `link`, no one can guess it.",
    )


class SetChangeIn(Schema):
    """What changes; fields that are left out stay."""

    title: str | None = None
    description: str | None = None
    visibility: Visibility | None = None


class EntryIn(Schema):
    """An extension of a set; fields that are left out stay as they are."""

    note: str | None = Field(
        default=None, description="One line of Markdown, up to 300 characters."
    )
    version: str | None = Field(
        default=None,
        description="A public version, which the set keeps; an empty text for the newest one that fits.",
    )


class OrderIn(Schema):
    """The new order of all extensions."""

    extensions: list[str] = Field(max_length=10_000, description="The ids, first to last.")
    revision: int | None = Field(
        default=None,
        description="The revision of the set in which they were read; another one is a conflict.",
    )


class EntryOut(Schema):
    """An extension of a set."""

    extension: str
    name: str
    note: str
    version: str | None
    added_at: datetime

    @classmethod
    def of(cls, entry: SetEntry) -> EntryOut:
        return cls(
            extension=entry.extension.extension_id,
            name=entry.extension.name,
            note=entry.note,
            version=entry.version_number or None,
            added_at=entry.added_at,
        )


class SetOut(Schema):
    """A set without its extensions; Blender subscribes to ``listing_url``."""

    owner: PersonOut
    name: str
    title: str
    description: str
    visibility: Visibility
    extensions: int = Field(description="How many extensions everyone sees in it.")
    followers: int
    created_at: datetime
    updated_at: datetime
    url: str
    listing_url: str

    @classmethod
    def values(cls, set_: ExtensionSet, number: int, request: HttpRequest) -> dict[str, Any]:
        """Return the values of the fields."""
        return {
            "owner": PersonOut(username=set_.owner.username, name=set_.owner.display_name),
            "name": set_.name,
            "title": set_.title,
            "description": set_.description,
            "visibility": set_.visibility,
            "extensions": number,
            "followers": set_.follower_count,
            "created_at": set_.created_at,
            "updated_at": set_.updated_at,
            "url": absolute(request, set_.get_absolute_url()),
            "listing_url": absolute(request, set_.get_listing_url()),
        }


class SetDetailsOut(SetOut):
    """A set with its extensions in their order; its owner also reads of those that are left out."""

    revision: int
    following: bool
    hidden_reason: str | None = Field(description="Why moderators have hidden it.")
    entries: list[EntryOut]

    @classmethod
    def of(
        cls,
        set_: ExtensionSet,
        entries: Sequence[SetEntry],
        request: HttpRequest,
        *,
        number: int,
        following: bool,
    ) -> SetDetailsOut:
        return cls(
            **SetOut.values(set_, number, request),
            revision=set_.revision,
            following=following,
            hidden_reason=set_.hidden_reason if set_.is_hidden else None,
            entries=[EntryOut.of(entry) for entry in entries],
        )


class SetsOut(Schema):
    """A page of the list of sets."""

    sets: list[SetOut]
    page: int
    pages: int
    total: int
