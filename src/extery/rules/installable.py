"""What has to hold before a repository offers a package: it unpacks, and its wheels are wheels.

The lenient reading, for packages of other people; authors meet all rules in `extery.rules.engine`.
"""

from __future__ import annotations

from collections.abc import Callable

from extery.core.errors import InvalidPackage, ProblemList
from extery.manifest.document import Manifest
from extery.package import Package
from extery.rules.context import RuleContext
from extery.rules.package.members import check_sizes
from extery.rules.wheels import files


def read_installable(
    package: Package, *, thorough: bool = True, checkpoint: Callable[[], None] = lambda: None
) -> Manifest:
    """The manifest of a package of which every file can be unpacked, and every listed wheel installed.

    Raises `InvalidPackage` or `InvalidManifest`. A listed wheel that is missing is no error: Blender
    skips it, and the parts of a split package lack those of other platforms. Without ``thorough``
    the checksums of members that are stored, in the package and in its wheels, are not compared: they can
    be damaged, and Blender then refuses them, but no tool unpacks anything else. ``checkpoint`` is
    called every megabyte, and may raise to stop.
    """
    with ProblemList().raising(InvalidPackage) as problems:
        check_sizes(
            package.members, package.size, problems, RuleContext(package.name, (), str.encode)
        )
    manifest = package.manifest
    package.verify_all(stored=thorough, checkpoint=checkpoint)
    if manifest.wheels:
        with ProblemList().raising(InvalidPackage) as problems:
            files.check_present(
                _contents(package, manifest), problems, thorough=thorough, checkpoint=checkpoint
            )
    return manifest


def _contents(package: Package, manifest: Manifest) -> RuleContext:
    contents = RuleContext(
        name=package.name,
        names=package.names,
        read=package.read_file,
        table={"wheels": list(manifest.wheels)},
        members=package.members,
        size=package.size,
        open_file=lambda name: package.open_seekable(package.by_name[package.root + name]),
    )
    contents.root = package.root
    return contents
