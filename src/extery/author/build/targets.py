"""Where a build puts its packages, and what they are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import ProblemList, Where
from extery.manifest.document import FILENAME, Manifest

_PLATFORM = re.compile(r"\w[\w.-]*")


class Target(NamedTuple):
    """A package to make: its absolute path, and its platform where the build is split."""

    path: Path
    platform: str | None


def plan_targets(
    manifest: Manifest | None,
    *,
    split: bool,
    folder: Path | None,
    file: Path | None,
    problems: ProblemList,
) -> list[Target]:
    """One target, or one for each platform; none where ``manifest`` is not known.

    In ``folder`` a package is called ``{id}-{version}.zip``; ``file`` gives the name instead.
    """
    if folder is not None and file is not None:
        problems.add(
            "build.output-twice",
            "an output folder and an output file exclude each other",
            hint="give the file with its folder: --output-filepath FOLDER/NAME.zip",
        )
        return []
    parent = folder or (file.parent if file else Path())
    if not parent.is_dir():
        problems.add(
            "build.output-folder",
            f"there is no folder {parent}",
            hint=f"make it first: mkdir -p {parent}",
        )
    if manifest is None:
        return []
    # A line break at its end slips through the check of versions, in Blender too.
    name = file.name if file else f"{manifest.id}-{manifest.version.strip()}.zip"
    platforms = _platforms(manifest, problems) if split else [None]
    targets = [Target(_path(parent, name, platform), platform) for platform in platforms]
    for target in targets:
        if target.path.is_dir():
            problems.add(
                "build.output-is-folder",
                f"{target.path} is a folder",
                hint=f"name a file in it, for example {target.path.name}/package.zip",
            )
    return targets


def _platforms(manifest: Manifest, problems: ProblemList) -> list[str]:
    """The manifest's platforms, each once."""
    if not manifest.platforms:
        problems.add(
            "build.no-platforms",
            "the manifest has no platforms to split by",
            hint='add for example: platforms = ["windows-x64", "macos-arm64", "linux-x64"]',
            where=Where(FILENAME, ("platforms",)),
        )
    for index, platform in enumerate(manifest.platforms):
        if not _PLATFORM.fullmatch(platform):
            problems.add(
                "build.platform-name",
                f"no file can be named after the platform {platform!r}",
                hint="write a platform of Blender, for example 'windows-x64'",
                where=Where(FILENAME, ("platforms", index)),
            )
    return list(dict.fromkeys(manifest.platforms))


def _path(parent: Path, name: str, platform: str | None) -> Path:
    """``gear-1.0.0.zip`` is ``gear-1.0.0-linux_x64.zip`` for its platform."""
    if platform is not None:
        file = Path(name)
        name = f"{file.stem}-{platform.replace('-', '_')}{file.suffix}"
    return parent.resolve() / name
