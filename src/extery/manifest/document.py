"""The manifest of an extension: parsing `blender_manifest.toml` and reporting all of its problems."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core.errors import InvalidManifest, ProblemList, Where
from extery.core.text import os_error_text
from extery.core.versions import Version
from extery.manifest.build_table import check_build_table, generated_fields, with_generated
from extery.manifest.locator import Locator
from extery.manifest.plain_toml import read_plain
from extery.manifest.schemas.asset_library import check_presence
from extery.manifest.schemas.blender_rules import OWN_RULES, SchemaRules
from extery.manifest.schemas.v1_0_0 import ValidTags, check_fields
from extery.manifest.tags import as_valid_tags

if TYPE_CHECKING:
    from extery.core.compatibility import BlenderRange

MANIFEST_FILENAME = "blender_manifest.toml"
#: Real manifests have a few thousand bytes; the tables of a parsed one take three hundred times its size.
MAX_MANIFEST_BYTES = 1 << 18
#: The reason that sites and Blender show where an old manifest lists permissions without reasons.
NO_REASON = "Undefined"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Manifest(NamedTuple):
    """A valid manifest.

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
    asset_library: Mapping[str, Any] = _NOTHING
    build: Mapping[str, Any] = _NOTHING
    table: Mapping[str, Any] = _NOTHING

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Manifest:
        """Return the manifest with the values of ``table``, for which `check_fields` adds no error."""
        permissions = table.get("permissions", {})
        if isinstance(permissions, list):
            permissions = dict.fromkeys(permissions, NO_REASON)
        build = table.get("build", {})
        library = table.get("asset_library", {})  # Blenders before 5.3 accept any value
        return cls(
            id=table["id"],
            schema_version=table["schema_version"],
            name=table["name"],
            tagline=table["tagline"],
            version=table["version"],
            type=table["type"],
            maintainer=table["maintainer"],
            license=tuple(table["license"]),
            blender_version_min=table["blender_version_min"],
            blender_version_max=table.get("blender_version_max") or None,
            website=table.get("website"),
            copyright=tuple(table.get("copyright", ())),
            permissions=dict(permissions),
            tags=tuple(table.get("tags", ())),
            platforms=tuple(table.get("platforms", ())),
            wheels=tuple(table.get("wheels", ())),
            asset_library=dict(library) if isinstance(library, dict) else {},
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
        file: str = MANIFEST_FILENAME,
        packaged: bool = False,
    ) -> Manifest:
        """Parse a manifest; the arguments are those of `check_manifest`.

        Raises `InvalidManifest` with all errors and warnings if there is an error.
        """
        manifest, problems = check_manifest(
            data, strict=strict, valid_tags=valid_tags, file=file, packaged=packaged
        )
        if manifest is None:
            raise InvalidManifest(*problems)
        return manifest

    @classmethod
    def read(cls, path: Path, *, strict: bool = True) -> Manifest:
        """Read the manifest at ``path``, or in the folder ``path``.

        Raises `InvalidManifest`, also if the file is missing.
        """
        file = path / MANIFEST_FILENAME if path.is_dir() else path
        return cls.parse(read_manifest_bytes(file), strict=strict, file=file.name)

    @property
    def parsed_version(self) -> Version:
        return Version.parse(self.version)

    @property
    def blender_range(self) -> BlenderRange:
        """The supported Blender versions."""
        from extery.core.compatibility import BlenderRange  # here to keep `extery validate` fast

        return BlenderRange.parse(self.blender_version_min, self.blender_version_max)

    @property
    def python_versions(self) -> tuple[str, ...]:
        """The Python versions that the wheels fit; empty without wheels."""
        if not self.wheels:
            return ()
        from extery.core.wheel_names import python_versions

        return python_versions(self.wheels)


def read_manifest_bytes(file: Path) -> bytes:
    """Return the bytes of a manifest, at most one more than `MAX_BYTES`.

    Raises `InvalidManifest` if the file is missing, not an ordinary file, or unreadable.
    """
    where = Where(file.name)
    try:
        mode = file.stat().st_mode
        # Opening a pipe may wait for ever, and a device may never end.
        if stat.S_ISREG(mode):
            with file.open("rb") as stream:
                return stream.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise InvalidManifest.of(
            "manifest.file.missing", where=where, file=file.name, folder=str(file.parent)
        ) from None
    except OSError as error:
        reason = os_error_text(error)
        raise InvalidManifest.of(
            "manifest.file.unreadable", where=where, path=str(file), reason=reason
        ) from error
    variant = "folder" if stat.S_ISDIR(mode) else "special-file"
    raise InvalidManifest.of(
        "manifest.file.unreadable", where=where, variant=variant, path=str(file)
    )


def check_manifest(
    data: bytes,
    *,
    strict: bool = True,
    valid_tags: ValidTags | None = None,
    file: str = MANIFEST_FILENAME,
    packaged: bool = False,
    rules: SchemaRules = OWN_RULES,
) -> tuple[Manifest | None, ProblemList]:
    """Read a manifest; return it, or ``None`` if it has errors, and all errors and warnings.

    Without ``valid_tags`` (type -> tags) any tag is valid. With ``packaged`` it is read as part of a package,
    where ``[build.generated]`` narrows platforms and wheels. ``rules`` are those of Extery, or of a version of
    Blender: then there is no advice.
    """
    problems = ProblemList()
    table = parse_table(data, problems, file)
    if table is None:
        return None, problems
    locate = Locator(data, file)
    if packaged:
        check_build_table(table, problems, locate)
        locate = Locator(data, file, generated=generated_fields(table))
        table = with_generated(table)
    check_fields(table, problems, locate=locate, strict=strict, valid_tags=valid_tags, rules=rules)
    if strict and rules is OWN_RULES:
        # Imported here: clients read leniently, and often.
        from extery.manifest.lint import lint_manifest
        from extery.manifest.visible_text import check_visible_text

        check_presence(table, problems, locate)
        check_visible_text(table, problems, locate=locate)
        lint_manifest(table, problems, locate=locate)
    if problems.errors:
        return None, problems
    return Manifest.from_table(table), problems


def blender_tags() -> ValidTags:
    """Return the tags that Blender's own command line accepts."""
    return as_valid_tags()


def parse_table(
    data: bytes, problems: ProblemList, file: str, *, max_bytes: int = MAX_MANIFEST_BYTES
) -> dict[str, Any] | None:
    """Return the TOML table in ``data``, or ``None`` after adding a problem."""
    if len(data) > max_bytes:
        problems.add("manifest.file.too-large", where=Where(file), maximum=max_bytes)
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        problems.add("manifest.toml.bom", where=Where(file, (), 1, 1))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = Where(file, (), *_position_of_byte(data, error.start))
        problems.add("manifest.toml.not-utf-8", where=where, byte=f"0x{data[error.start]:02x}")
        return None
    table = read_plain(text)
    if table is not None:
        return table
    from extery.manifest.toml import parse_toml

    return parse_toml(text, problems, file)


def _position_of_byte(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset].decode("utf-8")
    return before.count("\n") + 1, len(before) - before.rfind("\n")
