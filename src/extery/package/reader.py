"""Package: an open archive with a manifest. Find the manifest, and read files relative to its folder.

Opening a package checks only that all tools unpack the same files from it. All other rules are in
`extery.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from extery.core.cached_property import cached_property
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.manifest.document import MANIFEST_FILENAME, MAX_MANIFEST_BYTES, Manifest
from extery.package.archive import Archive
from extery.package.checksums import Region, hash_with_checksums, without_overlaps
from extery.package.opening import open_archive, open_archive_as

#: Maximum number of scripts that are searched for ``bl_info``.
_MAX_SCRIPTS = 50
_MAX_SCRIPT_BYTES = 1 << 20
#: Members of wheels whose checksums are computed together with the hash; the others are read once more.
_MAX_REGIONS = 100_000


class Package(Archive):
    """An open package. ``names`` and the argument of `read_file` are relative to the folder of the manifest."""

    @cached_property
    def root(self) -> str:
        """The folder of the manifest inside the archive: ``""`` or ``"folder/"``.

        Raises `InvalidPackage` if there is no manifest, or more than one.
        """
        if MANIFEST_FILENAME in self.by_name:
            return ""
        manifests = sorted(
            n for n in self.by_name if n.endswith(f"/{MANIFEST_FILENAME}") and not n.startswith(".")
        )
        if len(manifests) == 1:
            return manifests[0][: -len(MANIFEST_FILENAME)]
        if manifests:
            raise InvalidPackage.of(
                "package.manifest-ambiguous",
                where=Where(self.name),
                file=self.name,
                count=len(manifests),
                manifests=", ".join(manifests[:4]),
            )
        raise self._without_manifest()

    def _without_manifest(self) -> InvalidPackage:
        where = Where(self.name)
        if self._has_bl_info():
            return InvalidPackage.of("package.legacy", where=where, file=self.name)
        names = [member.name for member in self.members]
        hidden = [name for name in names if name.endswith(f"/{MANIFEST_FILENAME}")]
        if hidden:
            # Blender ignores every path that begins with a dot.
            folder = hidden[0].removesuffix(MANIFEST_FILENAME)
            raise InvalidPackage.of(
                "package.manifest-missing",
                where=self.where(hidden[0]),
                variant="hidden",
                file=self.name,
                similar=hidden[0],
                folder=folder,
            )
        similar = [n for n in names if n.lower().endswith((".toml", MANIFEST_FILENAME))]
        variant = "several-files" if len(names) != 1 else "one-file"
        return InvalidPackage.of(
            "package.manifest-missing",
            where=where,
            variant="similar" if similar else variant,
            file=self.name,
            similar=", ".join(similar[:3]),
            files=len(names),
        )

    def _has_bl_info(self) -> bool:
        scripts = [m for m in self.members if m.name.endswith(".py") and m.name.count("/") < 2]
        for member in scripts[:_MAX_SCRIPTS]:
            try:
                if b"bl_info" in self.read(member, limit=_MAX_SCRIPT_BYTES):
                    return True
            except InvalidPackage:
                continue
        return False

    @cached_property
    def names(self) -> list[str]:
        """The names of the files below the root, relative to it, without folders."""
        root, names = self.root, [m.name for m in self.members if m.name[-1:] != "/"]
        start = len(root)
        return [name[start:] for name in names if name.startswith(root)] if root else names

    def read_file(self, name: str, *, limit: int = MAX_MANIFEST_BYTES) -> bytes:
        """Return the bytes of a file below the root.

        Raises `KeyError` for an unknown name, and `InvalidPackage` for a file that is damaged, encrypted
        or larger than ``limit`` bytes.
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
        """The bytes of the manifest; raises `InvalidPackage` as `read_file` does."""
        name = self.root + MANIFEST_FILENAME
        if self.by_name[name].size > MAX_MANIFEST_BYTES:
            raise InvalidPackage.of(
                "manifest.file.too-large", where=Where(name), maximum=MAX_MANIFEST_BYTES
            )
        return self.read_file(MANIFEST_FILENAME)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest, parsed leniently as clients do; raises `InvalidManifest`."""
        return Manifest.parse(
            self.manifest_bytes, strict=False, file=self.root + MANIFEST_FILENAME, packaged=True
        )


def open_package(
    source: Path | BinaryIO, *, name: str = "", problems: ProblemList | None = None
) -> AbstractContextManager[Package]:
    """Open a package from a path or a seekable binary file; the arguments are those of `open_archive`."""
    return open_archive_as(Package, source, name=name, problems=problems)
