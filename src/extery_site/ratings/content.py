"""Checks what a rating consists of: stars, text, version, Blender version and platform."""

from __future__ import annotations

from typing import Any, NamedTuple

from extery.core import platforms
from extery.core.errors import InvalidInput, Where
from extery.core.invisible import remove_invisible
from extery.core.versions import (
    BlenderVersion,
    number_of_blender_version,
    parse_blender_version,
)
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.text_limits import clean_text
from extery_site.ratings.models import MAX_RATING_LENGTH, MAX_STARS, MIN_STARS


class RatingContent(NamedTuple):
    """The checked values of a rating; ``blender`` is the number that the database has."""

    stars: int
    text: str
    version: Version
    blender: int | None
    platform: str


def check_content(
    extension: Extension, *, stars: Any, text: str, version: str, blender: str, platform: str
) -> RatingContent:
    """Return the values of a rating; raises `InvalidInput` for an invalid one."""
    if not (isinstance(stars, int) and MIN_STARS <= stars <= MAX_STARS):
        raise InvalidInput.of("rating.stars", where=Where(path=("stars",)))
    return RatingContent(
        stars=stars,
        text=clean_prose(text),
        version=_public_version(extension, version),
        blender=_blender_number(blender),
        platform=_known_platform(platform),
    )


def clean_prose(text: str) -> str:
    """Return a text of several lines without invisible characters and overrides of its direction.

    Raises `InvalidInput` for a text that is too long.
    """
    text = clean_text(text, field="text", max_length=MAX_RATING_LENGTH)
    lines = text.replace("\t", "    ").splitlines()
    return "\n".join(remove_invisible(line, is_prose=True).rstrip() for line in lines).strip()


def _public_version(extension: Extension, number: str) -> Version:
    versions = extension.versions.approved()
    chosen = versions.filter(number=number) if number else versions.newest_first()
    version = chosen.first()
    if version is None:
        raise InvalidInput.of(
            "rating.unknown-version",
            where=Where(path=("version",)),
            extension=extension.name,
            version=number,
        )
    return version


def _blender_number(text: str) -> int | None:
    text = text.strip()
    return number_of_blender_version(parse_blender(text)) if text else None


def parse_blender(text: str) -> BlenderVersion:
    """Return the Blender version in a field or filter; raises `InvalidInput` for another text."""
    try:
        if len(text) > 20:
            raise ValueError
        return parse_blender_version(text)
    except ValueError:
        raise InvalidInput.of(
            "rating.unknown-system",
            where=Where(path=("blender",)),
            variant="blender",
            value=text[:40],
        ) from None


def _known_platform(name: str) -> str:
    if name and name not in platforms.KNOWN:
        raise InvalidInput.of(
            "rating.unknown-system",
            where=Where(path=("platform",)),
            value=name[:40],
            choices=", ".join(platforms.KNOWN),
        )
    return name
