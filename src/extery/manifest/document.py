"""The manifest of an extension: reading `blender_manifest.toml`, with every problem at once."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core.compatibility import BlenderRange
from extery.core.errors import InvalidManifest, ProblemList, Where
from extery.core.versions import Version
from extery.core.wheel_names import python_versions
from extery.manifest import tags as known_tags
from extery.manifest.schemas.v1_0_0 import ValidTags, check_fields

if TYPE_CHECKING:
    from extery.manifest.positions import Lines

FILENAME = "blender_manifest.toml"
#: Real manifests have a few thousand bytes; parsing more than this only serves an attack.
MAX_BYTES = 1 << 20
#: What sites and Blender show where an old manifest only names its permissions.
NO_REASON = "Undefined"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Manifest(NamedTuple):
    """A manifest that has passed every rule of the reading it was read with.

    Optional fields that are absent are ``None`` or empty. ``table`` is the whole TOML table.
    """

    id: str
    schema_version: str
    name: str
    tagline: str
    version: str
    type: str
    maintainer: str
    license: tuple[str, ...]
    blender_version_min: str
    blender_version_max: str | None = None
    website: str | None = None
    copyright: tuple[str, ...] = ()
    permissions: Mapping[str, str] = _NOTHING
    tags: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    build: Mapping[str, Any] = _NOTHING
    table: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Manifest:
        """Take over a table in which `check_fields` found no error."""
        permissions = table.get("permissions", {})
        if isinstance(permissions, list):
            permissions = dict.fromkeys(permissions, NO_REASON)
        build = table.get("build", {})
        return cls(
            **{name: table[name] for name in _REQUIRED_TEXT},
            license=tuple(table["license"]),
            blender_version_max=table.get("blender_version_max") or None,
            website=table.get("website"),
            copyright=tuple(table.get("copyright", ())),
            permissions=dict(permissions),
            tags=tuple(table.get("tags", ())),
            platforms=tuple(table.get("platforms", ())),
            wheels=tuple(table.get("wheels", ())),
            build=dict(build) if isinstance(build, dict) else {},
            table=table,
        )

    @classmethod
    def parse(
        cls,
        data: bytes,
        *,
        strict: bool = True,
        valid_tags: ValidTags | None = None,
        file: str = FILENAME,
        packaged: bool = False,
    ) -> Manifest:
        """Read a manifest; raises `InvalidManifest` with everything that is wrong."""
        manifest, problems = check_manifest(
            data, strict=strict, valid_tags=valid_tags, file=file, packaged=packaged
        )
        if manifest is None:
            raise InvalidManifest(*problems)
        return manifest

    @classmethod
    def read(cls, path: Path, *, strict: bool = True) -> Manifest:
        """Read the manifest at ``path``, or in the folder ``path``.

        Raises `InvalidManifest`, also where there is no such file.
        """
        file = path / FILENAME if path.is_dir() else path
        return cls.parse(read_manifest_bytes(file), strict=strict, file=file.name)

    @property
    def parsed_version(self) -> Version:
        return Version.parse(self.version)

    @property
    def blender_range(self) -> BlenderRange:
        """The Blender versions that the extension supports."""
        return BlenderRange.parse(self.blender_version_min, self.blender_version_max)

    @property
    def python_versions(self) -> tuple[str, ...]:
        """The Python versions that its wheels fit; empty without wheels."""
        return python_versions(self.wheels)


_REQUIRED_TEXT = (
    "id",
    "schema_version",
    "name",
    "tagline",
    "version",
    "type",
    "maintainer",
    "blender_version_min",
)


def read_manifest_bytes(file: Path) -> bytes:
    """The bytes of a manifest file; `InvalidManifest` says why they cannot be had."""
    where = Where(file.name)
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
        # To open a pipe may wait for ever, and a device may never end.
        reason = "is a folder" if stat.S_ISDIR(mode) else "is not an ordinary file"
    except FileNotFoundError:
        raise InvalidManifest.of(
            "manifest.file.missing",
            f"there is no {file.name} in {file.parent}",
            hint="give the folder in which the manifest lies, or make one there",
            where=where,
        ) from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    raise InvalidManifest.of(
        "manifest.file.unreadable",
        f"{file} {reason}",
        hint="check that it is a file and that you may read it",
        where=where,
    )


def check_manifest(
    data: bytes,
    *,
    strict: bool = True,
    valid_tags: ValidTags | None = None,
    file: str = FILENAME,
    packaged: bool = False,
) -> tuple[Manifest | None, ProblemList]:
    """Read a manifest and note all errors and warnings; no manifest where there is an error.

    ``valid_tags`` maps a type to its tags; ``None`` switches that check off. ``packaged``
    reads it as part of a package, where ``[build.generated]`` narrows platforms and wheels.
    """
    problems = ProblemList()
    table = parse_table(data, problems, file)
    if table is None:
        return None, problems
    locate = Locator(data, file)
    if packaged:
        check_build_table(table, problems, locate)
        table = with_generated(table)
    check_fields(table, problems, locate=locate, strict=strict, valid_tags=valid_tags)
    if strict:
        # Imported here: clients read leniently, and often.
        from extery.manifest.lint import advise

        advise(table, problems, locate=locate)
    if problems.errors:
        return None, problems
    return Manifest.from_table(table), problems


def check_build_table(table: Mapping[str, Any], problems: ProblemList, locate: Locator) -> None:
    """Note a ``build`` that is not a table, or ``build.generated``: readers of packages crash on it."""
    build = table.get("build", {})
    if not isinstance(build, dict):
        problems.add(
            "package.build-not-table",
            "build in the manifest must be a table",
            hint="write a section [build]",
            where=locate(("build",)),
        )
    elif not isinstance(build.get("generated", {}), dict):
        problems.add(
            "package.build-not-table",
            "build.generated in the manifest must be a table",
            hint="remove it; 'extery build --split-platforms' writes it",
            where=locate(("build", "generated")),
        )


def blender_tags() -> ValidTags:
    """The tags of Blender's own command line, as ``valid_tags``."""
    return known_tags.as_valid_tags()


def with_generated(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table of a split package: its own platforms and wheels instead of the source's."""
    build = table.get("build")
    generated = build.get("generated") if isinstance(build, dict) else None
    merged = dict(table)
    if isinstance(generated, dict):
        for key in ("platforms", "wheels"):
            if key in generated:
                merged[key] = generated[key]
    return merged


def parse_table(data: bytes, problems: ProblemList, file: str) -> dict[str, Any] | None:
    """The TOML table in ``data``; ``None`` with a problem noted if it is not TOML."""
    if len(data) > MAX_BYTES:
        problems.add(
            "manifest.file.too-large",
            f"the manifest has more than {MAX_BYTES:,} bytes",
            hint="keep long texts in files of their own",
            where=Where(file),
        )
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        problems.add(
            "manifest.toml.bom",
            "the manifest begins with a byte order mark",
            hint="save the file as UTF-8 without BOM",
            where=Where(file, (), 1, 1),
        )
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.add(
            "manifest.toml.not-utf-8",
            f"the manifest is not UTF-8: byte 0x{data[error.start]:02x} cannot be read",
            hint="save the file as UTF-8",
            where=Where(file, (), *_place_of_byte(data, error.start)),
        )
        return None
    from extery.manifest.plain_toml import read_plain

    table = read_plain(text)
    if table is not None:
        return table
    from extery.manifest.toml import read_toml

    return read_toml(text, problems, file)


def _place_of_byte(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset].decode("utf-8")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class Locator:
    """Finds the place of a field in a manifest; reads the text only when first asked."""

    def __init__(self, data: bytes, file: str) -> None:
        self._data = data
        self._file = file

    def __call__(self, path: tuple[str | int, ...], *, of_key: bool = False) -> Where:
        """The place of the value at ``path``, or of the nearest table that could hold it."""
        for length in range(len(path), 0, -1):
            place = self._places.get(path[:length])
            if place is not None:
                offset = place.key if of_key else place.value
                return Where(self._file, path, *self._lines.place_of(offset))
        return Where(self._file, path, 1, 1)

    @cached_property
    def _text(self) -> str:
        return self._data.decode("utf-8")

    @cached_property
    def _lines(self) -> Lines:
        from extery.manifest.positions import Lines

        return Lines(self._text)

    @cached_property
    def _places(self) -> Mapping[tuple[str | int, ...], Any]:
        from extery.manifest.positions import find_places

        try:
            return find_places(self._text)
        except RecursionError:
            # Lists in lists by the hundred: the parser has coped with them, just so.
            return {}
