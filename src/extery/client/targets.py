"""Targets: folders of extensions, each with the Blender that reads it.

Blender keeps the files of a user in a folder for each series, such as ``~/.config/blender/4.2``; the extensions are in
its folder ``extensions``. The variables ``BLENDER_USER_RESOURCES`` and ``BLENDER_USER_EXTENSIONS`` replace both for
every Blender that is started with them, so the series has to be given then.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from extery.client import layout
from extery.core.compatibility import System
from extery.core.errors import InvalidInput, NotFound
from extery.core.platforms import current
from extery.core.types import FIRST_BLENDER
from extery.core.versions import (
    BlenderSeries,
    BlenderVersion,
    format_series,
    parse_blender_version,
    python_of_blender,
)

_SERIES = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{1,3}")
_VERSION = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{1,3}(?:\.[0-9]{1,3})?")
#: The patch number of a Blender of which only the series is known: newer than any release, since
#: extensions may need the fixes of a series and users get its newest release.
NEWEST_PATCH = 99
_EXTENSIONS = "extensions"


class Target(NamedTuple):
    """A folder of extensions and the Blender that it is for."""

    folder: Path
    blender: BlenderVersion

    @property
    def series(self) -> BlenderSeries:
        return self.blender[:2]

    @property
    def system(self) -> System:
        """The system for which packages are chosen."""
        return System(self.blender, current(), python_of_blender(self.series))

    @property
    def state_folder(self) -> Path:
        return self.folder / layout.STATE_FOLDER

    def __str__(self) -> str:
        """Return ``Blender 4.2``."""
        return f"Blender {format_series(self.series)}"


def parse_version(text: str) -> BlenderVersion:
    """Parse ``4.2`` or ``4.2.3``; raises `InvalidInput` for anything else, and for a Blender without extensions."""
    if not _VERSION.fullmatch(text):
        raise InvalidInput.of("target.version", version=text)
    version = parse_blender_version(text)
    if text.count(".") == 1:
        version = (version[0], version[1], NEWEST_PATCH)
    if version < FIRST_BLENDER:
        raise InvalidInput.of(
            "target.too-old", version=text, first=format_series(FIRST_BLENDER[:2])
        )
    return version


def profiles_folder(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Return the folder in which Blender keeps the files of a user, with a folder for each series."""
    home = Path(environ.get("HOME") or Path.home())
    if system == "win32":
        roaming = environ.get("APPDATA")
        base = Path(roaming) if roaming else home / "AppData" / "Roaming"
        return base / "Blender Foundation" / "Blender"
    if system == "darwin":
        return home / "Library" / "Application Support" / "Blender"
    config = environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else home / ".config") / "blender"


def find_profiles(
    environ: Mapping[str, str] = os.environ, system: str = sys.platform
) -> list[Target]:
    """Return the targets of all Blenders that this user has started, oldest series first."""
    folder = profiles_folder(environ, system)
    try:
        names = [item.name for item in os.scandir(folder) if item.is_dir()]
    except OSError:
        return []
    series = [name for name in names if _SERIES.fullmatch(name)]
    versions = {name: parse_blender_version(name) for name in series}
    return [
        Target(folder / name / _EXTENSIONS, (*version[:2], NEWEST_PATCH))
        for name, version in sorted(versions.items(), key=lambda item: item[1])
        if version >= FIRST_BLENDER
    ]


def extensions_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder that the environment sets for every Blender; ``None`` if it sets none."""
    if own := environ.get("BLENDER_USER_EXTENSIONS"):
        return Path(own)
    if resources := environ.get("BLENDER_USER_RESOURCES"):
        return Path(resources) / _EXTENSIONS
    return None


def select_targets(
    blender: Sequence[str] = (),
    folder: Path | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    system: str = sys.platform,
) -> list[Target]:
    """Return the targets that a command is for.

    ``blender`` are the values of ``--blender``, each a version or several with commas; ``folder`` that of ``--dir``.
    Without either it is the only Blender that is found. Raises `InvalidInput` or `NotFound` if that is not clear.
    """
    texts = [text.strip() for value in blender for text in value.split(",") if text.strip()]
    versions = list(dict.fromkeys(map(parse_version, texts)))
    own = folder or extensions_folder(environ)
    if own is not None:
        return [_target_of_folder(own, versions)]
    found = find_profiles(environ, system)
    if versions:
        base = profiles_folder(environ, system)
        return [
            Target(base / format_series(version[:2]) / _EXTENSIONS, version) for version in versions
        ]
    if len(found) == 1:
        return found
    if not found:
        raise NotFound.of("target.not-found", folder=str(profiles_folder(environ, system)))
    names = ", ".join(format_series(target.series) for target in found)
    raise InvalidInput.of("target.ambiguous", found=names, example=format_series(found[-1].series))


def _target_of_folder(folder: Path, versions: Sequence[BlenderVersion]) -> Target:
    """Return the target of a given folder: its version is given, stated by its state, or part of its path."""
    folder = Path.cwd() / folder  # links are not resolved: the user knows the folder by this name
    if len(versions) > 1:
        raise InvalidInput.of("target.one-version", folder=str(folder))
    version = versions[0] if versions else _stored_version(folder) or _version_in_path(folder)
    if version is None:
        raise InvalidInput.of("target.version-unknown", folder=str(folder))
    return Target(folder, version)


def _version_in_path(folder: Path) -> BlenderVersion | None:
    """Return the version of a folder such as ``…/4.2/extensions``."""
    for name in (folder.name, folder.parent.name):
        if _SERIES.fullmatch(name) and parse_blender_version(name) >= FIRST_BLENDER:
            return parse_version(name)
    return None


def _stored_version(folder: Path) -> BlenderVersion | None:
    from extery.client.state_files import read_object

    text = read_object(folder / layout.STATE_FOLDER / layout.TARGET_FILE).get("blender")
    try:
        return parse_version(text) if isinstance(text, str) else None
    except InvalidInput:
        return None


def store_version(target: Target) -> None:
    """Write the version of the target's Blender, so that later commands need not be given it."""
    from extery.client.state_files import write_object

    numbers = target.blender[:2] if target.blender[2] == NEWEST_PATCH else target.blender
    text = ".".join(map(str, numbers))
    if _stored_version(target.folder) != target.blender:
        write_object(target.state_folder / layout.TARGET_FILE, {"blender": text})
