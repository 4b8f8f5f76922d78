"""A package: an archive with the manifest of an extension in it. Finding the manifest, reading files beside it.

Opening checks what every reader needs: that it is a zip which all tools unpack alike. What a good
package has beyond that is the business of `extery.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.manifest.document import FILENAME, MAX_BYTES, Manifest
from extery.package.archive import Archive
from extery.package.checksums import Region, hash_with_checksums, without_overlaps
from extery.package.opening import open_archive

#: Scripts of which the first bytes are searched for ``bl_info``.
_MAX_SCRIPTS = 50
#: Members of wheels whose checksums are computed together with the hash; the others are read once more.
_MAX_REGIONS = 100_000


class Package(Archive):
    """An open package. ``names`` and what `read_file` takes are relative to the folder of the manifest."""

    @cached_property
    def root(self) -> str:
        """The folder of the manifest inside the archive: ``""`` or ``"folder/"``.

        Raises `InvalidPackage` if there is no manifest, or no single one.
        """
        if FILENAME in self.by_name:
            return ""
        found = sorted(
            n for n in self.by_name if n.endswith(f"/{FILENAME}") and not n.startswith(".")
        )
        if len(found) == 1:
            return found[0][: -len(FILENAME)]
        if found:
            raise InvalidPackage.of(
                "package.manifest-ambiguous",
                f"{self.name} has {len(found)} manifests: {', '.join(found[:4])}",
                hint="make one package for each extension",
                where=Where(self.name),
            )
        raise self._without_manifest()

    def _without_manifest(self) -> InvalidPackage:
        if self._has_bl_info():
            return InvalidPackage.of(
                "package.legacy",
                f"{self.name} is an add-on from before Blender 4.2: it has bl_info but no {FILENAME}",
                hint=f"write a {FILENAME} beside its __init__.py",
                where=Where(self.name),
            )
        names = [member.name for member in self.members]
        similar = [n for n in names if n.lower().endswith((".toml", FILENAME))]
        files = f"{len(names)} other file{'' if len(names) == 1 else 's'}"
        hint = f"it has {', '.join(similar[:3]) or files}"
        return InvalidPackage.of(
            "package.manifest-missing",
            f"{self.name} has no {FILENAME}",
            hint=f"{hint}; the manifest belongs beside __init__.py or the theme's .xml",
            where=Where(self.name),
        )

    def _has_bl_info(self) -> bool:
        scripts = [m for m in self.members if m.name.endswith(".py") and m.name.count("/") < 2]
        for member in scripts[:_MAX_SCRIPTS]:
            try:
                if b"bl_info" in self.read(member, limit=MAX_BYTES):
                    return True
            except InvalidPackage:
                continue
        return False

    @cached_property
    def names(self) -> list[str]:
        """The files below the root, relative to it; folders and files outside are left out."""
        root = self.root
        return [
            member.name[len(root) :]
            for member in self.members
            if member.name.startswith(root) and not member.is_folder
        ]

    def read_file(self, name: str, *, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a file below the root.

        Raises `KeyError` for a name that is not there, and `InvalidPackage` for a file that is
        damaged, encrypted or larger than ``limit`` bytes.
        """
        return self.read(self.by_name[self.root + name], limit=limit)

    @cached_property
    def sha256(self) -> str:
        """64 lower-case hex digits of the archive's own bytes.

        The same pass computes the checksums of members that are stored, in the package and in its stored
        wheels, so that `verify` need not read them again.
        """
        if self.data is not None:
            import hashlib

            return hashlib.sha256(self.data).hexdigest()
        layers = (self.stored_regions(), islice(self._wheel_regions(), _MAX_REGIONS))
        digest, self.checksums = hash_with_checksums(self.file, layers)
        return digest

    def _wheel_regions(self) -> Iterator[Region]:
        """Yield the stored members of stored wheels; wheels that cannot be read are skipped."""
        stored = self.stored_regions()
        for region in without_overlaps(stored):
            if not stored[region].name.endswith(".whl"):
                continue
            try:
                with self.open_seekable(stored[region]) as file, open_archive(file) as wheel:
                    inner = list(wheel.stored_regions())
            except InvalidPackage:
                continue
            for offset, size in inner:
                yield Region(region.offset + offset, size)

    @cached_property
    def manifest_bytes(self) -> bytes:
        """The manifest as it stands in the archive."""
        return self.read_file(FILENAME)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest in the lenient reading of clients; raises `InvalidManifest`."""
        return Manifest.parse(
            self.manifest_bytes, strict=False, file=self.root + FILENAME, packaged=True
        )


@contextmanager
def open_package(
    source: Path | BinaryIO, *, name: str = "", problems: ProblemList | None = None
) -> Iterator[Package]:
    """Open a package from a path or a seekable binary file; the arguments are those of `open_archive`."""
    with open_archive(source, name=name, problems=problems) as archive:
        yield Package(archive.file, archive.name, archive.members, archive.checksums)
