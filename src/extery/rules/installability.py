"""Which problems exclude a package from a repository, with the reason for each code.

A package that Blender can install is listed, and its problems are reported. A package is left out if Blender
cannot install it, or would install something other than what was checked. Every error that a rule reports for
a package is in exactly one of the tables below; tests compare them with real Blenders
(`tests/blender/test_installability.py`).
"""

from __future__ import annotations

from enum import StrEnum


class Installability(StrEnum):
    """The result of installing a package with a problem."""

    FAILS = "cannot be installed"
    DIFFERS = "is not installed as it was checked"
    HARMS = "harms the system or other add-ons"
    INSTALLS = "can be installed"


_ARCHIVE = "Blender cannot open the archive"
_NO_MANIFEST = "no tool of Blender finds an extension in it"
_UNPACKING = "the install stops in the middle of unpacking"
_TOOLS = "tools unpack different files"
_SYSTEMS = "it is another file on another system"
_SIZE = "unpacking it can fill the disk or take very long"
_MANIFEST = "every Blender refuses the manifest"
_LENIENT = "clients do not check this part of the manifest"
_THEME = "it can be installed, and fails when the theme is chosen"

_BLOCKING: dict[str, tuple[Installability, str]] = {
    **dict.fromkeys(
        ("package.not-found", "package.unreadable", "package.unexpected"),
        (Installability.FAILS, "it could not be checked"),
    ),
    **dict.fromkeys(
        ("package.not-zip", "package.empty", "package.truncated", "package.damaged"),
        (Installability.FAILS, _ARCHIVE),
    ),
    **dict.fromkeys(
        ("package.manifest-missing", "package.manifest-ambiguous", "package.legacy"),
        (Installability.FAILS, _NO_MANIFEST),
    ),
    **dict.fromkeys(
        (
            *("package.damaged-member", "package.unsupported-compression", "package.encrypted"),
            "path.file-and-folder",
        ),
        (Installability.FAILS, _UNPACKING),
    ),
    "package.build-not-table": (Installability.FAILS, "every tool of Blender crashes on it"),
    **dict.fromkeys(
        (
            *("package.overlapping", "package.unused-data", "package.prefix-data"),
            *("package.trailing-data", "package.zip64-mismatch", "package.header-mismatch"),
            *("package.unicode-path", "package.extra-field", "package.stream-size"),
            *("package.special-file", "package.folder-with-data", "package.duplicate-member"),
            *("package.symlink", "path.unsafe", "path.ambiguous"),
        ),
        (Installability.DIFFERS, _TOOLS),
    ),
    **dict.fromkeys(
        (
            *("path.not-portable", "path.backslash", "path.encoding", "path.short-name"),
            "path.case-collision",
        ),
        (Installability.DIFFERS, _SYSTEMS),
    ),
    **dict.fromkeys(
        ("package.too-large", "package.too-many-members", "package.bomb"),
        (Installability.HARMS, _SIZE),
    ),
    "wheel.unreadable": (
        Installability.HARMS,
        "one such wheel leaves every add-on without its libraries",
    ),
    "wheel.dist-info": (Installability.HARMS, "it replaces or removes files of another library"),
}

_INSTALLABLE: dict[str, str] = {
    "package.init-missing": "it can be installed, and not enabled",
    "package.init-compiled": "it can be installed, and enabled on the platform it was compiled for",
    "package.wheel-missing": "Blender skips missing wheels",
    "package.rare-compression": "all Blenders unpack it",
    "theme.xml-missing": "it can be installed, and has no effect",
    "theme.several-xml": "Blender applies the first by name",
    **dict.fromkeys(
        (
            *("theme.not-xml", "theme.too-deep", "theme.too-large", "theme.style-missing"),
            "theme.not-a-theme",
        ),
        _THEME,
    ),
    # Strict rules are for authors; clients and repositories parse leniently.
    **dict.fromkeys(
        (
            *("manifest.tagline.too-long", "manifest.tagline.outer-whitespace"),
            *("manifest.tagline.control-character", "manifest.tagline.trailing-punctuation"),
            *("manifest.copyright.bad-year", "manifest.copyright.missing-name"),
            *("manifest.permissions.not-a-table", "manifest.permissions.unknown-key"),
            *("manifest.permissions.empty", "manifest.permissions.outer-whitespace"),
            *("manifest.permissions.control-character", "manifest.permissions.too-long"),
            "manifest.permissions.trailing-punctuation",
            "manifest.blender_version_min.not-three-numbers",
            *("manifest.blender_version_max.not-three-numbers", "manifest.tags.unknown-tag"),
        ),
        _LENIENT,
    ),
}


def installability_of(code: str) -> tuple[Installability, str]:
    """Return the result of installing a package with this problem, and the reason."""
    if code in _INSTALLABLE:
        return Installability.INSTALLS, _INSTALLABLE[code]
    if code.startswith("manifest."):
        return Installability.FAILS, _MANIFEST
    return _BLOCKING[code]


def blocks_install(code: str) -> bool:
    """Whether a package with this problem is left out of repositories and mirrors."""
    return installability_of(code)[0] is not Installability.INSTALLS
