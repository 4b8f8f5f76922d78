"""Read and write the small JSON files of a target's state.

They are written atomically. A file that is missing, damaged or too large reads as an empty object: all of them can be
restored from what is on disk, except the list of repositories, which is read by `read_required`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extery.client.unusable import unusable
from extery.core.errors import Corrupt, Where
from extery.core.files import atomic_write, read_regular, refuse_symlink

#: Maximum size of a file in bytes. A record of an installed extension has about 300.
MAX_BYTES = 64_000_000
_INVALID = (ValueError, RecursionError)


def read_object(path: Path) -> dict[str, Any]:
    """Return the object in a file; an empty one if it cannot be read."""
    try:
        return _parse(path)
    except (OSError, *_INVALID):
        return {}


def read_required(path: Path) -> dict[str, Any]:
    """Return the object in a file, an empty one if there is no file; raises `Corrupt` or `Unavailable`."""
    try:
        return _parse(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unusable(path, error) from error
    except _INVALID as error:
        raise Corrupt.of("target.state-damaged", where=Where(str(path)), path=str(path)) from error


def _parse(path: Path) -> dict[str, Any]:
    value = json.loads(read_regular(path, limit=MAX_BYTES))
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 (as for text that is not JSON)
    return value


def write_object(path: Path, value: Mapping[str, Any], *, mode: int = 0o644) -> None:
    """Write a file, and create its folder; raises `Unavailable`."""
    try:
        if path.parent.is_symlink():
            refuse_symlink(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, mode=mode) as file:
            file.write(_text(value).encode("ascii"))
    except OSError as error:
        raise unusable(path, error) from error


def _text(value: Mapping[str, Any]) -> str:
    """Return an object as JSON with a line for each item of the lists and objects in it.

    Python writes indented JSON ten times more slowly.
    """
    lines = []
    for key, item in sorted(value.items()):
        if isinstance(item, dict):
            rows = [f"{json.dumps(name)}: {_line(row)}" for name, row in sorted(item.items())]
            text = _block("{", rows, "}")
        elif isinstance(item, list):
            text = _block("[", [_line(row) for row in item], "]")
        else:
            text = _line(item)
        lines.append(f"{json.dumps(key)}: {text}")
    return f"{_block('{', lines, '}')}\n"


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _block(start: str, rows: list[str], end: str) -> str:
    return f"{start}\n" + ",\n".join(rows) + f"\n{end}" if rows else start + end


def temporary_files(folder: Path) -> list[Path]:
    """Return what writes of JSON files have left in a folder in processes that were killed."""
    return [*folder.glob(".*.json.*.new")]
