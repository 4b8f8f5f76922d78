"""The paths of the packages that a build writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import ProblemList, Where
from extery.manifest.document import MANIFEST_FILENAME, Manifest

_PLATFORM = re.compile(r"\w[\w.-]*")


class Target(NamedTuple):
    """The absolute path of a package to build, and its platform if the build is split."""

    path: Path
    platform: str | None


def plan_targets(
    manifest: Manifest | None,
    *,
    split: bool,
    folder: Path | None,
    file: Path | None,
    problems: ProblemList,
    like_blender: bool = False,
) -> list[Target]:
    """Return one target, or one for each platform; an empty list without a ``manifest``.

    A package in ``folder`` is named ``{id}-{version}.zip``; ``file`` replaces folder and name. The folder need not exist, unless
    the build is ``like_blender``.
    """
    if folder is not None and file is not None:
        problems.add("build.output-twice")
        return []
    parent = folder or (file.parent if file else Path())
    if parent.exists() and not parent.is_dir():
        problems.add("build.output-folder", variant="file", folder=str(parent), command="")
    elif like_blender and not parent.is_dir():
        import shlex

        command = shlex.join(["mkdir", "-p", str(parent)])
        problems.add("build.output-folder", folder=str(parent), command=command)
    if manifest is None:
        return []
    # The check of versions accepts a trailing line break, as in Blender.
    name = file.name if file else f"{manifest.id}-{manifest.version.strip()}.zip"
    platforms = _platforms(manifest, problems) if split else [None]
    targets = [Target(_path(parent, name, platform), platform) for platform in platforms]
    for target in targets:
        if target.path.is_dir():
            problems.add("build.output-is-folder", path=str(target.path), name=target.path.name)
    return targets


def _platforms(manifest: Manifest, problems: ProblemList) -> list[str]:
    """Return the manifest's platforms without duplicates."""
    if not manifest.platforms:
        problems.add("build.no-platforms", where=Where(MANIFEST_FILENAME, ("platforms",)))
    for index, platform in enumerate(manifest.platforms):
        if not _PLATFORM.fullmatch(platform):
            problems.add(
                "build.platform-name",
                where=Where(MANIFEST_FILENAME, ("platforms", index)),
                platform=platform,
            )
    return list(dict.fromkeys(manifest.platforms))


def _path(parent: Path, name: str, platform: str | None) -> Path:
    """Return the path of a package, for example ``gear-1.0.0-linux_x64.zip`` for linux-x64."""
    if platform is not None:
        file = Path(name)
        name = f"{file.stem}-{platform.replace('-', '_')}{file.suffix}"
    return parent.resolve() / name
