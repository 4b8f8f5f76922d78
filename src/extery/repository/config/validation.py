"""Validation of ``blender_repo.toml`` and of sets."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import open_regular
from extery.core.invisible import describe_invisible, find_invisible
from extery.core.text import closest_match, os_error_text, quote_value
from extery.manifest.toml import find_dots
from extery.repository.config import keys

#: Enough for a hundred thousand pinned versions; parsing takes a hundred times as much memory.
MAX_CONFIG_BYTES = 4 << 20
_TOP_NAMES = frozenset(key.name for key in keys.TOP)


def read_toml_file(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes of the file and its table; raises `InvalidInput`."""
    where = Where(str(path))
    try:
        data = _limited(path)
        text = data.decode("utf-8")
        if find_dots(text) is not None:
            raise _not_toml(path, variant="dots")
        return data, tomllib.loads(text)
    except OSError as error:
        raise InvalidInput.of(
            "generate.config-missing",
            where=where,
            path=str(path),
            reason=os_error_text(error),
        ) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        raise _not_toml(path, error=str(error)) from error


def _not_toml(path: Path, *, variant: str = "", error: str = "") -> InvalidInput:
    return InvalidInput.of(
        "generate.config-not-toml",
        where=Where(str(path)),
        variant=variant,
        file=path.name,
        error=error,
        limit=MAX_CONFIG_BYTES,
    )


def _limited(path: Path) -> bytes:
    with open_regular(path) as file:
        data = file.read(MAX_CONFIG_BYTES + 1)
    if len(data) > MAX_CONFIG_BYTES:
        raise _not_toml(path, variant="too-large")
    return data


def check_config(table: Mapping[str, Any], problems: ProblemList, file: str) -> None:
    """Add the problems of the table of ``blender_repo.toml``."""
    if table.get("schema_version") != keys.CONFIG_SCHEMA_VERSION:
        problems.add(
            "generate.config-schema",
            where=Where(file, ("schema_version",)),
            variant="" if "schema_version" in table else "missing",
            expected=keys.CONFIG_SCHEMA_VERSION,
            value=quote_value(table.get("schema_version")),
        )
    _check_table(table, keys.TOP, problems, Where(file))
    _check_visible(table.get("title"), problems, Where(file, ("title",)))
    _check_blocklist(table.get("blocklist", []), problems, file)
    for name, key_table in (("extensions", keys.EXTENSION), ("channels", keys.CHANNEL)):
        parts = table.get(name)
        for item, part in parts.items() if isinstance(parts, dict) else ():
            if name == "channels":
                _check_name(item, problems, Where(file, (name, item)))
            if isinstance(part, dict):
                _check_table(part, key_table, problems, Where(file, (name, item)))


def _check_table(
    table: Mapping[str, Any], known: Iterable[keys.Key], problems: ProblemList, where: Where
) -> None:
    by_name = {key.name: key for key in known}
    for name, value in table.items():
        location = where._replace(path=(*where.path, name))
        if name not in by_name:
            similar = closest_match(name, by_name)
            problems.add(
                "generate.config-unknown-key",
                where=location,
                variant=_unknown_variant(name, similar, where),
                key=name,
                known=", ".join(by_name),
                similar=similar,
            )
            continue
        kind = by_name[name].kind
        if kind == "versions" and isinstance(value, dict):
            _check_versions(value, problems, location)
        elif kind in keys.KINDS and not keys.KINDS[kind](value):
            is_template = kind == "archive-url"
            problems.add(
                "generate.config-value",
                where=location,
                variant=keys.fault_of_archive_url(value) if is_template else kind,
                key=name,
                value=quote_value(value),
                example=by_name[name].example,
            )


def _check_visible(text: object, problems: ProblemList, where: Where) -> None:
    """Report an invisible character in a text that Blender or the page shows."""
    found = find_invisible(text, is_prose=True) if isinstance(text, str) else None
    if found is not None:
        index, character = found
        problems.add(
            "generate.config-value",
            where=where,
            variant="invisible",
            key=str(where.path[-1]),
            character=describe_invisible(character),
            position=index + 1,
        )


def _check_versions(table: Mapping[str, Any], problems: ProblemList, where: Where) -> None:
    """Add the problems of a table of ids and versions."""
    for key, value in table.items():
        if not keys.is_version(value):
            problems.add(
                "generate.config-value",
                where=where._replace(path=(*where.path, key)),
                variant="misplaced" if key in _TOP_NAMES else "version",
                key=key,
                value=quote_value(value),
            )


def _unknown_variant(name: str, similar: str, where: Where) -> str:
    """Return the variant of ``generate.config-unknown-key`` for a key of a table."""
    if where.path and name in _TOP_NAMES:
        return "top-level"
    return "similar" if similar else ""


def _check_name(name: str, problems: ProblemList, where: Where) -> None:
    if not keys.is_channel_name(name):
        problems.add(
            "generate.config-name",
            where=where,
            name=name,
            reserved=", ".join(keys.RESERVED),
        )


def check_set(name: str, table: Mapping[str, Any], problems: ProblemList, file: str) -> None:
    """Add the problems of a set: ids with a version, or with ``*`` for the newest."""
    _check_name(name, problems, Where(file))
    for key, value in table.items():
        if value != "*" and not keys.is_version(value):
            problems.add(
                "generate.config-value",
                where=Where(file, (key,)),
                variant="not-in-set" if key in _TOP_NAMES else "set-version",
                key=key,
                value=quote_value(value),
            )


def _check_blocklist(blocklist: object, problems: ProblemList, file: str) -> None:
    items = blocklist if isinstance(blocklist, list) else [blocklist]
    for index, item in enumerate(items):
        if isinstance(blocklist, list) and isinstance(item, dict):
            missing = [key for key in keys.BLOCK if not isinstance(item.get(key), str)]
            variant = "missing"
        else:
            missing, variant = [*keys.BLOCK], ""
        for key in item if isinstance(item, dict) else ():
            if key not in keys.BLOCK:
                problems.add(
                    "generate.config-blocklist",
                    where=Where(file, ("blocklist", index, key)),
                    variant="top-level" if key in _TOP_NAMES else "unknown-key",
                    key=key,
                )
        for key in keys.BLOCK if isinstance(item, dict) else ():
            _check_visible(item.get(key), problems, Where(file, ("blocklist", index, key)))
        if missing:
            problems.add(
                "generate.config-blocklist",
                where=Where(file, ("blocklist", index)),
                variant=variant,
                keys=" and ".join(missing),
                value=quote_value(item),
            )
