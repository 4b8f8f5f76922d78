"""Which problems keep a package out of a repository: the one place that decides it, with the reason for each code.

A package that Blender can install is listed, whatever else is wrong with it, and its problems are named. One
that Blender cannot install, or of which something else would be installed than was checked, is left
out. Every error that a rule reports for a package is in exactly one of the tables below; tests compare them with
the Blenders that are installed (`tests/blender/test_installability.py`).
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What an install of a package with a problem comes to."""

    FAILS = "cannot be installed"
    DIFFERS = "is not installed as it was checked"
    HARMS = "harms the system or other add-ons"
    INSTALLS = "can be installed"


_ZIP = "Blender cannot open the archive"
_NO_MANIFEST = "no tool of Blender finds an extension in it"
_UNPACKING = "the install stops in the middle of unpacking"
_TOOLS = "tools unpack different files"
_SYSTEMS = "it is another file on another system"
_ROOM = "unpacking it can fill the disk or take very long"
_MANIFEST = "every Blender refuses the manifest"
_LENIENT = "clients do not check this part of the manifest"
_THEME = "it installs, and fails when the theme is chosen"

_BLOCKING: dict[str, tuple[Outcome, str]] = {
    **dict.fromkeys(
        ("package.not-found", "package.unreadable", "package.unexpected"),
        (Outcome.FAILS, "it could not be checked"),
    ),
    **dict.fromkeys(
        ("package.not-zip", "package.empty", "package.truncated", "package.damaged"),
        (Outcome.FAILS, _ZIP),
    ),
    **dict.fromkeys(
        ("package.manifest-missing", "package.manifest-ambiguous", "package.legacy"),
        (Outcome.FAILS, _NO_MANIFEST),
    ),
    **dict.fromkeys(
        (
            *("package.damaged-member", "package.unsupported-compression", "package.encrypted"),
            "path.file-and-folder",
        ),
        (Outcome.FAILS, _UNPACKING),
    ),
    "package.build-not-table": (Outcome.FAILS, "every tool of Blender crashes on it"),
    **dict.fromkeys(
        (
            *("package.overlapping", "package.unused-data", "package.prefix-data"),
            *("package.trailing-data", "package.zip64-mismatch", "package.header-mismatch"),
            *("package.unicode-path", "package.extra-field", "package.stream-size"),
            *("package.special-file", "package.folder-with-data", "package.duplicate-member"),
            *("package.symlink", "path.unsafe", "path.ambiguous"),
        ),
        (Outcome.DIFFERS, _TOOLS),
    ),
    **dict.fromkeys(
        (
            *("path.not-portable", "path.backslash", "path.encoding", "path.short-name"),
            "path.case-collision",
        ),
        (Outcome.DIFFERS, _SYSTEMS),
    ),
    **dict.fromkeys(
        ("package.too-large", "package.too-many-members", "package.bomb"), (Outcome.HARMS, _ROOM)
    ),
    "wheel.unreadable": (Outcome.HARMS, "one such wheel leaves every add-on without its libraries"),
    "wheel.dist-info": (Outcome.HARMS, "it replaces or removes files of another library"),
}

_INSTALLABLE: dict[str, str] = {
    "package.init-missing": "it installs, and cannot be enabled",
    "package.init-compiled": "it installs, and can be enabled where it was compiled for",
    "package.wheel-missing": "Blender skips wheels that are not there",
    "package.rare-compression": "all Blenders unpack it",
    "theme.xml-missing": "it installs, and shows nothing",
    "theme.several-xml": "Blender applies the first by name",
    **dict.fromkeys(
        (
            *("theme.not-xml", "theme.too-deep", "theme.too-large", "theme.style-missing"),
            "theme.not-a-theme",
        ),
        _THEME,
    ),
    # The strict reading is for authors; clients and repositories read leniently.
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


def outcome_of(code: str) -> tuple[Outcome, str]:
    """What an install of a package with this problem comes to, and why."""
    if code in _INSTALLABLE:
        return Outcome.INSTALLS, _INSTALLABLE[code]
    if code.startswith("manifest."):
        return Outcome.FAILS, _MANIFEST
    return _BLOCKING[code]


def blocks_install(code: str) -> bool:
    """Whether a package with this problem is left out of repositories and mirrors."""
    return outcome_of(code)[0] is not Outcome.INSTALLS
