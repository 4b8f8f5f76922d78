"""``blender_repo.toml``: what a folder of packages cannot say by itself, such as what is blocked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.manifest_rules import shown

FILENAME = "blender_repo.toml"
SCHEMA_VERSION = "1.0.0"
_KEYS = ("schema_version", "blocklist")


@dataclass(frozen=True)
class Config:
    """A repository's configuration; ``blocklist`` has ``id`` and ``reason``, and what else is there."""

    blocklist: Sequence[Mapping[str, Any]] = ()
    file: str = FILENAME


def read_config(folder: Path, file: Path | None, problems: ProblemList) -> Config:
    """Read ``file``, or ``blender_repo.toml`` in ``folder`` if there is one.

    Raises `InvalidInput` with everything that is wrong; warnings go to ``problems``.
    """
    path = file or folder / FILENAME
    if file is None and not path.exists():
        return Config()
    table = _table(path)
    with ProblemList().raising(InvalidInput) as found:
        _check(table, found, str(path))
    problems.extend(found)
    return Config(table.get("blocklist", ()), str(path))


def _table(path: Path) -> dict[str, Any]:
    where = Where(str(path))
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
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
            hint='it begins with: schema_version = "1.0.0"',
            where=where,
        ) from error


def _check(table: Mapping[str, Any], problems: ProblemList, file: str) -> None:
    if table.get("schema_version") != SCHEMA_VERSION:
        problems.add(
            "generate.config-schema",
            f"schema_version must be {SCHEMA_VERSION!r}, found {shown(table.get('schema_version'))}",
            hint=f'begin the file with: schema_version = "{SCHEMA_VERSION}"',
            where=Where(file, ("schema_version",)),
        )
    for key in table:
        if key not in _KEYS:
            problems.add(
                "generate.config-unknown-key",
                f"{key!r} has no effect",
                hint=f"known are {', '.join(_KEYS)}",
                where=Where(file, (key,)),
            )
    blocklist = table.get("blocklist", [])
    items = blocklist if isinstance(blocklist, list) else [blocklist]
    for index, item in enumerate(items):
        if isinstance(blocklist, list) and isinstance(item, dict):
            missing = [key for key in ("id", "reason") if not isinstance(item.get(key), str)]
            message = f"an item of blocklist must have {' and '.join(missing)} as text"
        else:
            missing = ["id", "reason"]
            message = f"blocklist must be a list of tables, found {shown(item)}"
        if missing:
            problems.add(
                "generate.config-blocklist",
                message,
                hint='write for each: [[blocklist]], then id = "…" and reason = "…"',
                where=Where(file, ("blocklist", index)),
            )
