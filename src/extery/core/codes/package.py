"""What can be wrong with a package (the zip) and with the files in it."""

from __future__ import annotations

from extery.core.codes import Code


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


def _stricter(title: str, why: str) -> Code:
    return Code("error", title, why, stricter=True)


def _warning(title: str, why: str) -> Code:
    return Code("warning", title, why)


CODES = {
    "package.not-found": _error("there is no such file or folder", "Nothing can be said about what is not there."),
    "package.unreadable": _error("the file cannot be opened", "The system refused to open it."),
    "package.not-zip": _error("the file is not a zip archive", "Blender reads zip archives only, whatever the file is called."),
    "package.empty": _error("the file is empty", "An interrupted download or a full disk often leaves an empty file."),
    "package.truncated": _error("the zip archive is cut off", "The directory of a zip stands at its end; without it nothing can be unpacked."),
    "package.damaged": _error("the zip archive is damaged", "Its directory cannot be read, so nothing can be unpacked."),
    "package.damaged-member": _error("a file in the zip archive is damaged", "Its checksum is wrong: Blender stops in the middle of installing it."),
    "package.unsupported-compression": _error("a file is compressed in a way Blender cannot read", "Blender's Python reads stored, deflated, bzip2 and LZMA members."),
    "package.encrypted": _error("a file in the zip archive is encrypted", "Blender has no way to ask for a password."),
    "package.manifest-missing": _error("there is no manifest in the zip archive", "Blender looks for blender_manifest.toml at the root, or in the only folder that has one."),
    "package.manifest-ambiguous": _error("the zip archive has several manifests", "With none at the root and several in folders, Blender cannot tell which extension is meant."),
    "package.build-not-table": _error("the manifest's build is not a table", "Every tool of Blender that opens the package crashes."),
    "package.init-missing": _error("an add-on has no __init__.py", "Blender imports the folder of the manifest as a Python package; without the file enabling fails."),
    "package.too-large": _stricter("the package is too large", "It takes more room than any client should be asked for."),
    "package.too-many-members": _stricter("the package has too many files", "Unpacking would take minutes and fill the file system's tables."),
    "package.bomb": _stricter("the package unpacks to far more than its size", "This is how archives are made that fill a disk; real contents do not pack like that."),
    "package.overlapping": _stricter("files of the zip archive share their data", "Only archives made to do harm are built like that."),
    "package.duplicate-member": _stricter("a file is in the zip archive twice", "Tools differ in which of the two they unpack, so nobody can tell what was reviewed."),
    "package.symlink": _stricter("the package has a symbolic link", "Blender unpacks a small text file in its place, other tools a link that may lead anywhere."),
    "package.outside-root": _warning("files lie outside the extension's folder", "Blender drops them when it installs the package."),
    "package.wheel-missing": _stricter("a listed wheel is not there", "Blender skips it without a word, and the add-on fails when it imports the library."),
    "package.legacy": _error("this is an add-on from before Blender 4.2", "It has bl_info but no manifest: Blender installs it as a legacy add-on, repositories cannot serve it."),
    "path.unsafe": _stricter("a path leads out of the folder", "Absolute paths and '..' are flattened by Blender and followed by careless tools."),
    "path.not-portable": _stricter("a path cannot exist on every system", "Backslashes, colons, control characters and some names mean something else on Windows."),
    "path.case-collision": _stricter("two paths differ in case only", "On Windows and macOS the second replaces the first."),
    "path.file-and-folder": _stricter("a path is a file and a folder", "Such a package cannot be unpacked: an install stops in the middle."),
    "path.too-long": _warning("a path is very long", "With the folders above it, it can pass the 260 characters that Windows allows."),
    "theme.xml-missing": _stricter("a theme has no .xml file", "Blender would install it and show nothing."),
    "theme.several-xml": _stricter("a theme has several .xml files", "Blender applies the first by name and shows all: one theme, one package."),
    "theme.not-xml": _stricter("the theme's .xml cannot be read", "Blender would fail when the theme is chosen."),
    "theme.style-missing": _stricter("the theme's .xml has no <ThemeStyle>", "Blender reads it after <Theme> and stops with an error, half of the theme applied."),
    "theme.not-a-theme": _stricter("the .xml is not a Blender theme", "A theme is a <bpy> element with a <Theme> in it, as Blender's own export writes."),
}  # fmt: skip
