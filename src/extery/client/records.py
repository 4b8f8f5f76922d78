"""What is installed in a target: the folders on disk, and for each what the record of its installation states.

Blender's rule decides which folders count (contract, 5.5), so everything that Blender has installed is found too. A
record of another version than that of the manifest is ignored: something else has replaced the extension since.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from extery.client import layout
from extery.client.package_state import PackageState
from extery.client.repositories import Repository, load_repositories
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.core.errors import ExteryError
from extery.manifest.document import MANIFEST_FILENAME, Manifest, read_manifest_bytes

#: Maximum number of folders in a repository that are read.
MAX_FOLDERS = 20_000


class Installed(NamedTuple):
    """An installed extension. ``held`` keeps it at its version when others are updated."""

    repository: Repository
    folder: Path
    manifest: Manifest
    state: PackageState
    held: str = ""

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def name(self) -> str:
        """``repository.id``, which is unique in a target."""
        return f"{self.repository.name}.{self.id}"


def find_installed(target: Target, ids: Container[str] | None = None) -> Iterator[Installed]:
    """Yield the installed extensions of all repositories, sorted within each; of ``ids`` only, if given."""
    records = load_records(target)
    for repository in load_repositories(target):
        for name in _folder_names(repository.folder_in(target)):
            if ids is not None and name not in ids:
                continue
            if found := _read(target, repository, name, records):
                yield found


def get_installed(
    target: Target,
    repository: Repository,
    identifier: str,
    records: Mapping[str, Any] | None = None,
) -> Installed | None:
    """Return the installed extension ``identifier``, or ``None``; ``records`` are those of `load_records`."""
    if not identifier.isidentifier():
        return None
    return _read(
        target, repository, identifier, load_records(target) if records is None else records
    )


def _folder_names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as items:
            names = [item.name for item in items if _may_be_extension(item)]
    except OSError:
        return []
    return sorted(names)[:MAX_FOLDERS]


def _may_be_extension(item: os.DirEntry[str]) -> bool:
    name = item.name
    return name.isidentifier() and not name.startswith("_") and item.is_dir()


def _read(
    target: Target, repository: Repository, name: str, records: Mapping[str, Any]
) -> Installed | None:
    folder = repository.folder_in(target) / name
    file = folder / MANIFEST_FILENAME
    if not os.path.exists(file):  # noqa: PTH110 (many times faster than an error for each extension that is new)
        return None
    try:
        data = read_manifest_bytes(file)
        manifest = Manifest.parse(data, strict=False, packaged=True)
    except (ExteryError, OSError):
        return None
    if repository.is_remote and manifest.id != name:
        return None
    row = records.get(f"{repository.name}.{name}")
    row = row if isinstance(row, dict) else {}
    return Installed(repository, folder, manifest, _state(manifest, row), _text(row.get("held")))


def _state(manifest: Manifest, row: Mapping[str, Any]) -> PackageState:
    if row.get("version") != manifest.version:
        return PackageState(manifest.version)
    size = row.get("size")
    return PackageState(
        manifest.version,
        _text(row.get("sha256")),
        size if isinstance(size, int) else 0,
        _text(row.get("source")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def load_records(target: Target) -> dict[str, Any]:
    """Return the record of each extension, by ``repository.id``."""
    records = read_object(target.state_folder / layout.RECORDS_FILE).get("installed")
    return records if isinstance(records, dict) else {}


def store_records(target: Target, changes: Mapping[str, PackageState | None]) -> None:
    """Write the records of ``repository.id`` names, ``None`` for those that were removed; holds stay.

    The caller holds the lock of the target.
    """
    records = load_records(target)
    for name, state in changes.items():
        held = _text((records.pop(name, None) or {}).get("held"))
        if state is not None:
            records[name] = {**state._asdict(), **({"held": held} if held else {})}
    write_object(target.state_folder / layout.RECORDS_FILE, {"installed": records})


def store_hold(target: Target, installed: Installed, reason: str) -> None:
    """Hold an installed extension at its version, or release it with an empty reason."""
    records = load_records(target)
    row = {**installed.state._asdict()}
    records[installed.name] = {**row, "held": reason} if reason else row
    write_object(target.state_folder / layout.RECORDS_FILE, {"installed": records})


def rename_records(target: Target, old: str, new: str) -> None:
    """Change the name of a repository in all records; the caller holds the lock of the target."""
    records = load_records(target)
    changed = {_with_repository(name, old, new): row for name, row in records.items()}
    if changed != records:
        write_object(target.state_folder / layout.RECORDS_FILE, {"installed": changed})


def _with_repository(name: str, old: str, new: str) -> str:
    repository, dot, identifier = name.partition(".")
    return f"{new}{dot}{identifier}" if repository == old else name
