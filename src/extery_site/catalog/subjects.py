"""What notifications about extensions are about: an extension, or the review of one of its versions."""

from __future__ import annotations

from django.urls import reverse

from extery_site.catalog.models import Extension
from extery_site.notify.actions import Subject


def extension_subject(extension: Extension) -> Subject:
    """Return the subject of news about an extension, which its users follow."""
    return Subject(
        f"extension {extension.extension_id}", extension.name, extension.get_absolute_url()
    )


def review_subject(extension: Extension, number: str) -> Subject:
    """Return the subject of the review of the version with ``number``, or without one of all."""
    view, more = ("version", [number]) if number else ("thread", [])
    return Subject(
        review_key(extension, number),
        f"{extension.name} {number}".rstrip(),
        reverse(f"moderation:{view}", args=[extension.extension_id, *more]),
    )


def review_key(extension: Extension, number: str) -> str:
    """Return the key of the review of the version with ``number``."""
    return f"review {extension.extension_id} {number}".rstrip()
