"""Limits of this site for manifests, beyond Blender's rules, and their JSON for the database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from extery.core.errors import InvalidInput, InvalidManifest, ProblemList, Where
from extery.core.types import ASSET_LIBRARY
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery_site.catalog.models import RemoteLibrary, normalize_id
from extery_site.catalog.models.remote_library import TABLE
from extery_site.catalog.stored_values import without_nul
from extery_site.catalog.text_limits import MAX_URL_LENGTH

#: Maximum number of characters of a text, or of each item of a list.
MAX_LENGTHS = {
    "id": 100,
    "name": 200,
    "tagline": 200,
    "version": 100,
    "maintainer": 500,
    "website": 500,
    "license": 200,
    "copyright": 500,
    "platforms": 100,
}
#: Maximum number of items of a list; every listing contains them.
MAX_ITEMS = 100
MAX_DEPTH = 20
#: Fields that have their own columns or are part of listings.
_LISTED_FIELDS = frozenset({*MAX_LENGTHS, "permissions", "tags", "wheels", "blender_version_min"})
_ALLOWED_CHARACTERS = re.compile(r"[A-Za-z0-9.+_-]+")


def check_storable(manifest: Manifest) -> None:
    """Check that the manifest fits into pages, URLs and the database.

    Raises `InvalidManifest` or `InvalidInput`.
    """
    _check_depth(manifest)
    _check_nul(manifest)
    _check_lengths(manifest)
    _check_characters(manifest)
    _check_library(manifest)


def _check_depth(manifest: Manifest) -> None:
    """Limit nesting: dotted keys such as ``a.a.a.…`` can be deeper than the JSON encoder allows."""
    level: list[Any] = [dict(manifest.table)]
    for _ in range(MAX_DEPTH):
        items = (
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
        )
        level = [item for item in items if isinstance(item, (dict, list))]
    if level:
        raise InvalidManifest.of(
            "manifest.toml.syntax",
            where=Where(MANIFEST_FILENAME),
            variant="levels",
            maximum=MAX_DEPTH,
        )


def _check_nul(manifest: Manifest) -> None:
    """Reject NUL in every field that is displayed: TOML allows it, PostgreSQL cannot store it."""
    with ProblemList().raising(InvalidInput) as problems:
        for field in sorted(_LISTED_FIELDS & manifest.table.keys()):
            if any("\x00" in text for text in _strings(manifest.table[field])):
                problems.add(
                    "upload.unsupported-characters",
                    where=Where(MANIFEST_FILENAME, (field,)),
                    variant="nul",
                    field=field,
                )


def _check_lengths(manifest: Manifest) -> None:
    with ProblemList().raising(InvalidInput) as problems:
        # Case folding can triple the length of an id.
        _check_length(normalize_id(manifest.id), 200, ("id",), problems)
        for field, max_length in MAX_LENGTHS.items():
            value = getattr(manifest, field) or ""
            if isinstance(value, str):
                _check_length(value, max_length, (field,), problems)
                continue
            _check_item_count(len(value), field, problems)
            for index, item in enumerate(value[:MAX_ITEMS]):
                _check_length(item, max_length, (field, index), problems)


def _check_length(
    text: str, max_length: int, path: tuple[str | int, ...], problems: ProblemList
) -> None:
    if len(text) > max_length:
        where = Where(MANIFEST_FILENAME, path)
        problems.add(
            "upload.text-too-long",
            where=where,
            field=where.field,
            length=len(text),
            max_length=max_length,
        )


def _check_item_count(count: int, field: str, problems: ProblemList) -> None:
    if count > MAX_ITEMS:
        problems.add(
            "upload.text-too-long",
            where=Where(MANIFEST_FILENAME, (field,)),
            variant="items",
            field=field,
            length=count,
            max_length=MAX_ITEMS,
        )


def _check_characters(manifest: Manifest) -> None:
    """Check versions and platforms, which become parts of URLs and file names."""
    values: list[tuple[str, tuple[str | int, ...]]] = [(manifest.version, ("version",))]
    values += [(name, ("platforms", index)) for index, name in enumerate(manifest.platforms)]
    invalid = [(value, path) for value, path in values if not _ALLOWED_CHARACTERS.fullmatch(value)]
    with ProblemList().raising(InvalidInput) as problems:
        for value, path in invalid:
            problems.add(
                "upload.unsupported-characters",
                where=Where(MANIFEST_FILENAME, path),
                field=path[0],
                value=value[:60],
            )


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings in a value, including keys."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def _check_library(manifest: Manifest) -> None:
    """Check the URL of an asset library, of which pages show the host."""
    library = RemoteLibrary.of(manifest.table)
    if manifest.type != ASSET_LIBRARY.name or library is None:
        return
    where = Where(MANIFEST_FILENAME, (TABLE, "remote_url"))
    with ProblemList().raising(InvalidInput) as problems:
        _check_length(library.url, MAX_URL_LENGTH, where.path, problems)
    variant = ""
    if _has_only_url_characters(library.url):
        variant = _wrong_part(library)
        if not variant:
            return
    raise InvalidInput.of(
        "upload.library-url", where=where, variant=variant, value=library.url[:80]
    )


def _has_only_url_characters(url: str) -> bool:
    """Return whether no character is invisible, white space, or one that browsers read differently."""
    return url.isprintable() and not set(url) & set(' \\<>"^`{|}')


def _wrong_part(library: RemoteLibrary) -> str:
    """Return the variant of the problem for a part that is missing or misleading, or an empty text."""
    if "@" in library.url.partition("://")[2].partition("/")[0]:
        return "user"
    return "" if library.host else "no-host"


def as_json(manifest: Manifest) -> dict[str, Any]:
    """Return the manifest as JSON that every database accepts: without NaN, NUL and date objects."""
    table: dict[str, Any] = json.loads(
        json.dumps(dict(manifest.table), cls=DjangoJSONEncoder), parse_constant=lambda _: None
    )
    return {key: without_nul(value) for key, value in table.items()}
