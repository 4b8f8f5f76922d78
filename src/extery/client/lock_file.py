"""``extery.lock``: the exact packages of a target, to install the same on another machine.

A TOML file that people can read and compare: sorted, one table for each repository and extension, nothing of the
machine. The bytes of each package are fixed by its SHA-256, wherever it is fetched from.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from extery.client import layout
from extery.client.package_state import PackageState
from extery.client.unusable import unusable
from extery.core.errors import Corrupt, Where
from extery.core.files import atomic_write, read_regular
from extery.core.versions import Version

FILENAME = "extery.lock"
FORMAT = 1
MAX_BYTES = 16_000_000
MAX_EXTENSIONS = 10_000
_HEAD = """\
# The extensions of a Blender, locked by extery: the same packages on every machine.
# Install them with: extery restore {name}
"""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class LockedRepository(NamedTuple):
    """A repository that locked extensions come from; ``url`` is empty for a local one."""

    name: str
    url: str
    title: str = ""


class LockedExtension(NamedTuple):
    """A package of an extension, with the URL where it was fetched."""

    repository: str
    id: str
    state: PackageState

    @property
    def name(self) -> str:
        return f"{self.repository}.{self.id}"


@dataclass(frozen=True)
class LockFile:
    """The content of a lock file; ``blender`` is the series that it was made for."""

    blender: str
    repositories: tuple[LockedRepository, ...]
    extensions: tuple[LockedExtension, ...]

    def dump(self, name: str = FILENAME) -> str:
        """Return the text of the file: the same for the same content."""
        name = "".join(letter if letter.isprintable() else "?" for letter in name)
        lines = [_HEAD.format(name=name), f"format = {FORMAT}", f"blender = {_quote(self.blender)}"]
        for repository in sorted(self.repositories):
            lines += ["", "[[repository]]", *_rows(repository._asdict().items())]
        for item in sorted(self.extensions):
            state = item.state
            rows: list[tuple[str, str | int]] = [
                ("repository", item.repository),
                ("id", item.id),
                ("version", state.version),
                ("sha256", state.sha256),
                ("size", state.size),
                ("url", state.source),
            ]
            lines += ["", "[[extension]]", *_rows(rows)]
        return "\n".join([*lines, ""])

    def write(self, path: Path) -> None:
        """Write the file; raises `Unavailable`."""
        try:
            with atomic_write(path) as file:
                file.write(self.dump(path.name).encode())
        except OSError as error:
            raise unusable(path, error) from error


def _rows(pairs: Iterable[tuple[str, str | int]]) -> list[str]:
    return [
        f"{key} = {value if isinstance(value, int) else _quote(value)}"
        for key, value in pairs
        if value != ""
    ]


def _quote(text: str) -> str:
    # JSON's escapes are valid in TOML, but for DEL, which has to be escaped there.
    text = text.encode("utf-8", "replace").decode()  # a title may be the name of any folder
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_lock_file(path: Path) -> LockFile:
    """Read a lock file; raises `Unavailable` or `Corrupt` with what is wrong."""
    try:
        data = read_regular(path, limit=MAX_BYTES)
    except OSError as error:
        raise unusable(path, error) from error
    return parse_lock_file(data, str(path))


def parse_lock_file(data: bytes, file: str = FILENAME) -> LockFile:
    """Parse the bytes of a lock file; raises `Corrupt`."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged(file, str(error)) from error
    if table.get("format") != FORMAT:
        raise Corrupt.of(
            "lock.format", where=Where(file), file=file, format=str(table.get("format"))
        )
    try:
        repositories = tuple(_repository(row) for row in table.get("repository", []))
        extensions = tuple(_extension(row) for row in table.get("extension", []))
        blender = table["blender"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(file, str(error)) from error
    names = [item.name for item in extensions]
    known = {repository.name for repository in repositories}
    if len(set(names)) != len(names) or len(names) > MAX_EXTENSIONS:
        raise _damaged(file, "an extension occurs twice, or there are too many")
    if unknown := {item.repository for item in extensions} - known:
        raise _damaged(file, f"the repository {min(unknown)} is not in the file")
    if not isinstance(blender, str):
        raise _damaged(file, "blender is not a version")
    return LockFile(blender, repositories, extensions)


def _repository(row: dict[str, Any]) -> LockedRepository:
    name, url, title = row["name"], row.get("url", ""), row.get("title", "")
    if not all(isinstance(text, str) for text in (name, url, title)):
        raise ValueError("a repository has a value of another type")
    if not layout.is_repository_name(name):
        raise ValueError(f"{name!r} is not the name of a repository")
    return LockedRepository(name, url, title)


def _extension(row: dict[str, Any]) -> LockedExtension:
    identifier, repository = row["id"], row["repository"]
    state = PackageState(row["version"], row["sha256"], row["size"], row.get("url", ""))
    texts = (identifier, repository, state.version, state.sha256, state.source)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("an extension has a value of another type")
    if not identifier.isidentifier():
        raise ValueError(f"{identifier!r} is not an id")
    if not _SHA256.fullmatch(state.sha256):
        raise ValueError(f"{identifier} has no SHA-256 of 64 lower-case hex digits")
    if type(state.size) is not int or state.size <= 0:
        raise ValueError(f"{identifier} has no size")
    Version.parse(state.version)
    return LockedExtension(repository, identifier, state)


def _damaged(file: str, reason: str) -> Corrupt:
    return Corrupt.of("lock.damaged", where=Where(file), file=file, reason=reason)
