"""Profiles: the places that an extension is made for, which have different guidelines."""

from __future__ import annotations

from enum import StrEnum


class Profile(StrEnum):
    """A place for which an extension is made."""

    BLENDER_ORG = "blender.org"
    """extensions.blender.org, and sites with the same guidelines."""
    SELF_HOSTED = "self-hosted"
    """A repository of one's own: what concerns the platform alone is not reported."""


EVERY_PROFILE = frozenset(Profile)
