"""Everything that can be wrong with ``blender_repo.toml`` and with a set."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import open_regular
from extery.core.text import quote_value
from extery.manifest.toml import find_dots
from extery.repository.config import keys

#: Enough for a hundred thousand pinned versions; parsing takes a hundred times as much memory.
MAX_BYTES = 4 << 20


def read_toml(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of the file, and the table in them; raises `InvalidInput`."""
    where = Where(str(path))
    try:
        data = _limited(path)
        text = data.decode("utf-8")
        if find_dots(text) is not None:
            raise ValueError("a key has more dots than levels that there are")
        return data, tomllib.loads(text)
    except OSError as error:
        raise InvalidInput.of(
            "generate.config-missing",
            f"{path} cannot be read: {error.strerror}",
            hint="check the path",
            where=where,
        ) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        raise InvalidInput.of(
            "generate.config-not-toml",
            f"{path.name} is not valid TOML: {error}",
            hint='blender_repo.toml begins with schema_version = "1.0.0"; a set has lines such as gear_tool = "1.2.0"',
            where=where,
        ) from error


def _limited(path: Path) -> bytes:
    with open_regular(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    return data


def check_config(table: Mapping[str, Any], problems: ProblemList, file: str) -> None:
    """Note what is wrong with the table of ``blender_repo.toml``."""
    if table.get("schema_version") != keys.SCHEMA_VERSION:
        problems.add(
            "generate.config-schema",
            f"schema_version must be {keys.SCHEMA_VERSION!r}, found {quote_value(table.get('schema_version'))}",
            hint=f'begin the file with: schema_version = "{keys.SCHEMA_VERSION}"',
            where=Where(file, ("schema_version",)),
        )
    _check_table(table, keys.TOP, problems, Where(file))
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
        place = where._replace(path=(*where.path, name))
        if name not in by_name:
            problems.add(
                "generate.config-unknown-key",
                f"{name!r} has no effect",
                hint=_did_you_mean(name, by_name),
                where=place,
            )
            continue
        kind = by_name[name].kind
        if kind in keys.KINDS and not keys.KINDS[kind][1](value):
            problems.add(
                "generate.config-value",
                f"{name} must be {keys.KINDS[kind][0]}, found {quote_value(value)}",
                hint=f"for example: {name} = {by_name[name].example}",
                where=place,
            )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"


def _check_name(name: str, problems: ProblemList, where: Where) -> None:
    if not keys.is_channel_name(name):
        problems.add(
            "generate.config-name",
            f"a listing cannot be called {name!r}",
            hint="use small letters, digits, - and _, for example 'beta'; "
            f"{' and '.join(keys.RESERVED)} are taken",
            where=where,
        )


def check_set(name: str, table: Mapping[str, Any], problems: ProblemList, file: str) -> None:
    """Note what is wrong with a set: ids with a version, or with ``*`` for the newest."""
    _check_name(name, problems, Where(file))
    for key, value in table.items():
        if value != "*" and not keys.is_version(value):
            problems.add(
                "generate.config-value",
                f'{key} must be a version or "*", found {quote_value(value)}',
                hint=f'for example: {key} = "1.2.0", or {key} = "*" for the newest',
                where=Where(file, (key,)),
            )


def _is_json(item: object) -> bool:
    """Whether what an owner wrote beside a block can stand in a listing; dates can, as text."""
    try:
        json.dumps(item, allow_nan=False, default=str)
    except ValueError:
        return False
    return True


def _check_blocklist(blocklist: object, problems: ProblemList, file: str) -> None:
    items = blocklist if isinstance(blocklist, list) else [blocklist]
    for index, item in enumerate(items):
        if isinstance(blocklist, list) and isinstance(item, dict):
            missing = [key for key in ("id", "reason") if not isinstance(item.get(key), str)]
            message = f"an item of blocklist must have {' and '.join(missing)} as text"
        else:
            missing = ["id", "reason"]
            message = f"blocklist must be a list of tables, found {quote_value(item)}"
        if not missing and not _is_json(item):
            problems.add(
                "generate.config-value",
                "an item of blocklist has a number that is none",
                hint="remove nan and inf",
                where=Where(file, ("blocklist", index)),
            )
        if missing:
            problems.add(
                "generate.config-blocklist",
                message,
                hint='write for each: [[blocklist]], then id = "…" and reason = "…"',
                where=Where(file, ("blocklist", index)),
            )
