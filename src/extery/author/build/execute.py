"""Write the packages of a build. The same source folder gives the same bytes on every machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from extery.author.build.folder_sizes import FolderSize, folder_sizes
from extery.author.build.last_build import open_last_build, save_build
from extery.author.build.left_out import MAX_LEFT_OUT, LeftOut, as_json
from extery.author.build.plan import BuildPlan, PackagePlan, plan_build
from extery.core.errors import Unavailable, Where
from extery.core.files import atomic_write, hash_file, remove_leftovers
from extery.core.text import os_error_text
from extery.manifest.document import Manifest
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.codecs import Codec, Compression, find_codec
from extery.package.writer import WrittenMember, WrittenZip, source_date, write_zip

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
    compression: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def unpacked(self) -> int:
        """The total size of all files, in bytes."""
        return sum(member.size for member in self.members)

    @property
    def reused(self) -> int:
        """The number of files whose packed bytes are those of the last build."""
        return sum(member.is_reused for member in self.members)

    @property
    def saved(self) -> int:
        """The number of bytes that optimised images are smaller than those in the source folder."""
        return sum(member.saved for member in self.members)

    @property
    def folders(self) -> list[FolderSize]:
        """The sizes of all folders in the package."""
        return folder_sizes(self.members)

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
            "compression": self.compression,
            "reused": self.reused,
            "saved": self.saved,
            "folders": [folder._asdict() for folder in self.folders],
            "left_out": as_json(self.left_out[:MAX_LEFT_OUT]),
            "members": [
                {"name": member.name, "size": member.size, "packed": member.packed}
                for member in self.members
            ],
        }


def build(
    source: Path,
    *,
    output_dir: Path | None = None,
    output_file: Path | None = None,
    split_platforms: bool = False,
    valid_tags: ValidTags | None = None,
    like_blender: bool = False,
    compression: Compression | None = None,
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
        like_blender=like_blender,
    )
    return execute(plan, on_member=on_member, codec=find_codec(compression))


def execute(
    plan: BuildPlan,
    *,
    codec: Codec | None = None,
    record: Path | None = None,
    on_member: Callable[[WrittenMember], None] | None = None,
) -> list[BuiltPackage]:
    """Write the packages of a plan; ``on_member`` is called for each file.

    All packages are complete on disk before the first one gets its final name, so a failure leaves no mixture of
    old and new packages of a version. ``record`` is where the last build of the folder left what it had packed
    (`extery.author.build.last_build`): files that have not changed are taken from its packages. The bytes are the
    same without it.
    """
    time = source_date(os.environ.get("SOURCE_DATE_EPOCH"))
    codec = codec or find_codec()
    written: list[WrittenZip] = []
    with (
        _new_folders(plan),
        ExitStack() as stack,
        # Closed before the new packages replace the old ones, as Windows demands.
        open_last_build(record, codec) as packed,
    ):
        for package in plan.packages:
            remove_leftovers(package.path.parent, _is_package_of(package.manifest.id))
            file = stack.enter_context(_atomic_write(package.path))
            with _translate_errors(package.path):
                result = write_zip(
                    *(file, package.members),
                    time=time,
                    codec=codec,
                    packed=packed,
                    on_member=on_member,
                )
                file.flush()
                os.fsync(file.fileno())
            # Packages of a split build have most files in common.
            packed.add(file, result.records)
            written.append(result)
    paths = [package.path for package in plan.packages]
    save_build(record, codec, [*zip(paths, (w.records for w in written), strict=True)])
    return [_built(*pair, codec) for pair in zip(plan.packages, written, strict=True)]


def _is_package_of(identifier: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(f"{identifier}-") and name.endswith(".zip")


@contextmanager
def _new_folders(plan: BuildPlan) -> Iterator[None]:
    """Create the output folders that do not exist, and remove them again if the build fails."""
    folders = {package.path.parent for package in plan.packages}
    missing = {new for folder in folders for new in (folder, *folder.parents) if not new.exists()}
    for folder in folders & missing:
        with _translate_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in sorted(missing, reverse=True):
            with suppress(OSError):  # something else was put there
                folder.rmdir()
        raise


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
            reason=os_error_text(error),
        ) from error


def _built(package: PackagePlan, written: WrittenZip, codec: Codec) -> BuiltPackage:
    digest, size = written.sha256, package.path.stat().st_size
    if not digest:
        digest, size = hash_file(package.path)
    return BuiltPackage(
        *(package.path, size, digest, package.manifest, package.platform),
        members=tuple(written.members),
        compression=str(codec),
        left_out=package.left_out,
    )
