"""Write the packages of a build. The same source folder gives the same bytes on every machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from extery.author.build.plan import BuildPlan, PackagePlan, plan_build
from extery.core.errors import Unavailable, Where
from extery.core.files import atomic_write, hash_file
from extery.manifest.document import Manifest
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.writer import WrittenMember, source_date, write_zip

__all__ = [
    "BuildPlan",
    "BuiltPackage",
    "PackagePlan",
    "WrittenMember",
    "build",
    "execute",
    "plan_build",
]


@dataclass(frozen=True)
class BuiltPackage:
    """A written package. ``platform`` is ``None`` unless the build was split."""

    path: Path
    size: int
    sha256: str
    manifest: Manifest
    platform: str | None
    members: tuple[WrittenMember, ...]

    @property
    def unpacked(self) -> int:
        """The total size of all files, in bytes."""
        return sum(member.size for member in self.members)

    def as_dict(self) -> dict[str, Any]:
        """Return the package as JSON."""
        return {
            "path": str(self.path),
            "id": self.manifest.id,
            "version": self.manifest.version,
            "platform": self.platform,
            "size": self.size,
            "sha256": self.sha256,
            "unpacked": self.unpacked,
            "members": [member._asdict() for member in self.members],
        }


def build(
    source: Path,
    *,
    output_dir: Path | None = None,
    output_file: Path | None = None,
    split_platforms: bool = False,
    valid_tags: ValidTags | None = None,
    on_member: Callable[[WrittenMember], None] | None = None,
) -> list[BuiltPackage]:
    """Build the extension in ``source``: one package, or one for each of its platforms.

    Raises `InvalidInput` with all problems; then nothing is written.
    """
    plan = plan_build(
        source,
        split_platforms=split_platforms,
        output_dir=output_dir,
        output_file=output_file,
        valid_tags=valid_tags,
    )
    return execute(plan, on_member=on_member)


def execute(
    plan: BuildPlan, *, on_member: Callable[[WrittenMember], None] | None = None
) -> list[BuiltPackage]:
    """Write the packages of a plan; ``on_member`` is called for each file.

    All packages are complete on disk before the first one gets its final name, so a failure leaves no mixture of
    old and new packages of a version.
    """
    time = source_date(os.environ.get("SOURCE_DATE_EPOCH"))
    members = []
    with ExitStack() as stack:
        for package in plan.packages:
            file = stack.enter_context(_atomic_write(package.path))
            with _translate_errors(package.path):
                members.append(write_zip(file, package.members, time=time, on_member=on_member))
                file.flush()
                os.fsync(file.fileno())
    return [_built(*pair) for pair in zip(plan.packages, members, strict=True)]


@contextmanager
def _atomic_write(path: Path) -> Iterator[BinaryIO]:
    with _translate_errors(path), atomic_write(path) as file:
        yield file


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    """Raise `Unavailable` with the path of the package for an `OSError`."""
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "build.output-unwritable",
            where=Where(str(path)),
            path=str(path),
            reason=error.strerror or str(error),
        ) from error


def _built(package: PackagePlan, members: Iterable[WrittenMember]) -> BuiltPackage:
    digest, size = hash_file(package.path)
    return BuiltPackage(
        package.path, size, digest, package.manifest, package.platform, tuple(members)
    )
