"""The wheels that a source folder lists: their files, and what they serve."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.build.config import member_name
from extery.author.build.plan import resolve_path
from extery.author.build.source_folder import SourceFolder, read_source_folder
from extery.core.compatibility import BlenderRange
from extery.core.errors import InvalidManifest
from extery.core.wheel_names import WheelName

#: The folder of wheels in a source folder that lists none yet.
DEFAULT_FOLDER = "wheels"


class ListedWheel(NamedTuple):
    """A wheel of the manifest: the item of the list, its parsed name and its file."""

    item: str
    name: WheelName
    path: Path

    def is_in(self, folder: Path) -> bool:
        """Return whether the file is in a folder, also if links are followed: no other file is ever changed."""
        try:
            return self.path.resolve().is_relative_to(folder)
        except (OSError, RuntimeError):
            return False


class Bundle(NamedTuple):
    """The wheels of a source folder; ``data`` is the text of its manifest."""

    folder: Path
    data: bytes
    table: Mapping[str, Any]
    wheels: list[ListedWheel]

    @property
    def items(self) -> list[str]:
        """The list in the manifest, also items that are no names of wheels."""
        return [item for item in self.table.get("wheels") or [] if isinstance(item, str)]

    @property
    def wheel_folder(self) -> str:
        """The folder of the wheels, relative to the source folder: that of the first one listed."""
        inside = [wheel for wheel in self.wheels if wheel.is_in(self.folder)]
        folders = (posixpath.dirname(member_name(wheel.item)) for wheel in inside)
        return next(folders, DEFAULT_FOLDER)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms of the manifest, empty for all."""
        return tuple(item for item in self.table.get("platforms") or () if isinstance(item, str))

    @property
    def blenders(self) -> BlenderRange:
        """The range of Blender versions."""
        maximum = self.table.get("blender_version_max") or None
        return BlenderRange.parse(self.table["blender_version_min"], maximum)

    def by_library(self) -> dict[str, list[ListedWheel]]:
        """Return the wheels by the normalized names of their libraries, sorted."""
        found: dict[str, list[ListedWheel]] = {}
        for wheel in sorted(self.wheels, key=lambda wheel: (wheel.name.library, wheel.item)):
            found.setdefault(wheel.name.library, []).append(wheel)
        return found


def read_bundle(folder: Path) -> Bundle:
    """Read the manifest in ``folder``; raises `InvalidManifest` unless it is valid."""
    source = read_source_folder(resolve_path(folder))
    if source.manifest is None:
        raise InvalidManifest(*source.problems.errors)
    return bundle_of(source)


def bundle_of(source: SourceFolder) -> Bundle:
    table = source.table or {}
    wheels = []
    for item in table.get("wheels") or []:
        try:
            name = WheelName.parse(item)
        except ValueError:
            continue
        wheels.append(ListedWheel(item, name, source.path / member_name(item)))
    return Bundle(source.path, source.data, table, wheels)


def changed_list(
    items: Sequence[str], *, removed: Iterable[str], added: Iterable[str]
) -> list[str]:
    """Return the list without some items and with others at its end."""
    gone = set(removed)
    kept = [item for item in items if item not in gone]
    return [*kept, *(item for item in added if item not in kept)]
