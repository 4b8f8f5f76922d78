"""What this site asks of a manifest beyond Blender's rules, so that it can store and show it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from extery.core.errors import InvalidInput, InvalidManifest, ProblemList, Where
from extery.manifest.document import FILENAME, Manifest
from extery_site.catalog.models import normalize_id

#: Characters of a text, or of each item of a list.
_LONGEST = {
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
#: Items of a list; every listing carries them.
_MOST_ITEMS = 100
_MOST_LEVELS = 20
#: What is stored in columns of its own or goes into listings.
_LISTED_FIELDS = frozenset({*_LONGEST, "permissions", "tags", "wheels", "blender_version_min"})
_PLAIN = re.compile(r"[A-Za-z0-9.+_-]+")


def check_storable(manifest: Manifest) -> None:
    """Raise `InvalidManifest` or `InvalidInput` for what no page, address or row can hold."""
    _check_depth(manifest)
    _check_characters(manifest)
    _check_lengths(manifest)
    _check_plain(manifest)


def _check_depth(manifest: Manifest) -> None:
    """A key like ``a.a.a.…`` nests deeper than its reader had to go, or than JSON can."""
    level: list[Any] = [dict(manifest.table)]
    for _ in range(_MOST_LEVELS):
        inner = (item for one in level for item in (one.values() if isinstance(one, dict) else one))
        level = [item for item in inner if isinstance(item, (dict, list))]
    if level:
        raise InvalidManifest.of(
            "manifest.toml.syntax",
            "the manifest is nested too deeply to be stored",
            hint="a manifest needs no more than two levels",
            where=Where(FILENAME),
        )


def _check_characters(manifest: Manifest) -> None:
    """Refuse NUL, which TOML can write and PostgreSQL cannot store, in every field that is shown."""
    with ProblemList().raising(InvalidInput) as problems:
        for field in sorted(_LISTED_FIELDS & manifest.table.keys()):
            if "\x00" in _texts(manifest.table[field]):
                problems.add(
                    "upload.not-plain",
                    f"{field} contains NUL",
                    hint="remove \\u0000 from the manifest",
                    where=Where(FILENAME, (field,)),
                )


def _texts(value: Any) -> str:
    """All strings of a value, keys too, joined."""
    if isinstance(value, dict):
        return "".join(f"{key}{_texts(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "".join(map(_texts, value))
    return value if isinstance(value, str) else ""


def _check_lengths(manifest: Manifest) -> None:
    with ProblemList().raising(InvalidInput) as problems:
        # Folded to one case, an id can be three times as long.
        _check_length(normalize_id(manifest.id), 200, ("id",), problems)
        for field, longest in _LONGEST.items():
            value = getattr(manifest, field) or ""
            if isinstance(value, str):
                _check_length(value, longest, (field,), problems)
                continue
            _check_number(len(value), field, problems)
            for index, item in enumerate(value[:_MOST_ITEMS]):
                _check_length(item, longest, (field, index), problems)


def _check_length(text: str, most: int, path: tuple[str | int, ...], problems: ProblemList) -> None:
    if len(text) > most:
        where = Where(FILENAME, path)
        problems.add(
            "upload.text-too-long",
            f"{where.field} has {len(text)} characters, and this site takes at most {most}",
            hint="shorten it",
            where=where,
        )


def _check_number(number: int, field: str, problems: ProblemList) -> None:
    if number > _MOST_ITEMS:
        problems.add(
            "upload.text-too-long",
            f"{field} has {number} items, and this site takes at most {_MOST_ITEMS}",
            hint="shorten the list",
            where=Where(FILENAME, (field,)),
        )


def _check_plain(manifest: Manifest) -> None:
    """Versions and platforms become parts of addresses and file names."""
    values: list[tuple[str, tuple[str | int, ...]]] = [(manifest.version, ("version",))]
    values += [(name, ("platforms", index)) for index, name in enumerate(manifest.platforms)]
    odd = [(value, path) for value, path in values if not _PLAIN.fullmatch(value)]
    with ProblemList().raising(InvalidInput) as problems:
        for value, path in odd:
            problems.add(
                "upload.not-plain",
                f"{path[0]} has {value[:60]!r}, and this site takes plain letters and digits only",
                hint="use a to z, 0 to 9, '.', '+', '-' and '_'",
                where=Where(FILENAME, path),
            )


def as_json(manifest: Manifest) -> dict[str, Any]:
    """The TOML table with only what every database's JSON can hold: no NaN, no NUL, no dates."""
    plain: dict[str, Any] = json.loads(
        json.dumps(dict(manifest.table), cls=DjangoJSONEncoder), parse_constant=lambda _: None
    )
    return {key: without_nul(value) for key, value in plain.items()}


def without_nul(value: Any) -> Any:
    """The JSON value with what every database's JSON can hold."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\x00", ""): without_nul(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
