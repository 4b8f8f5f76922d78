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
        problems.add("build.output-twice")
        return []
    parent = folder or (file.parent if file else Path())
    if not parent.is_dir():
        import shlex  # only ever needed here

        command = shlex.join(["mkdir", "-p", str(parent)])
        problems.add("build.output-folder", folder=str(parent), command=command)
    if manifest is None:
        return []
    # A line break at its end slips through the check of versions, in Blender too.
    name = file.name if file else f"{manifest.id}-{manifest.version.strip()}.zip"
    platforms = _platforms(manifest, problems) if split else [None]
    targets = [Target(_path(parent, name, platform), platform) for platform in platforms]
    for target in targets:
        if target.path.is_dir():
            problems.add("build.output-is-folder", path=str(target.path), name=target.path.name)
    return targets


def _platforms(manifest: Manifest, problems: ProblemList) -> list[str]:
    """The manifest's platforms, each once."""
    if not manifest.platforms:
        problems.add("build.no-platforms", where=Where(FILENAME, ("platforms",)))
    for index, platform in enumerate(manifest.platforms):
        if not _PLATFORM.fullmatch(platform):
            problems.add(
                "build.platform-name",
                where=Where(FILENAME, ("platforms", index)),
                platform=platform,
            )
    return list(dict.fromkeys(manifest.platforms))


def _path(parent: Path, name: str, platform: str | None) -> Path:
    """``gear-1.0.0.zip`` is ``gear-1.0.0-linux_x64.zip`` for its platform."""
    if platform is not None:
        file = Path(name)
        name = f"{file.stem}-{platform.replace('-', '_')}{file.suffix}"
    return parent.resolve() / name
