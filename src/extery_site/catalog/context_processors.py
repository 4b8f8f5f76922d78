"""My Blender, which the header of every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from extery.core import platforms
from extery_site.catalog.my_blender import BLENDER_CHOICES, NEWEST_BLENDER, read_my_blender

#: Value and title of each platform that can be chosen.
PLATFORM_CHOICES = tuple((name, platforms.title(name)) for name in platforms.KNOWN)


def my_blender(request: HttpRequest) -> dict[str, Any]:
    """Return the visitor's Blender, and what can be chosen."""
    return {
        "my_blender": read_my_blender(request),
        "blender_choices": BLENDER_CHOICES,
        "platform_choices": PLATFORM_CHOICES,
        "newest_blender": NEWEST_BLENDER,
    }
