"""What can be wrong with a package (the zip) and with the files in it."""

from __future__ import annotations

from extery.core.codes import Code


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


def _stricter(title: str, why: str) -> Code:
    return Code("error", title, why, stricter=True)


def _warning(title: str, why: str) -> Code:
    return Code("warning", title, why)


_MISSING = {
    "one": "the wheel {wheel} is not there",
    "several": "{missing} of {total} wheels are not there, the first is {wheel}",
}
_MISSING_CURES = {
    "download": "run in the manifest's folder: {command}",
    "download-some": "run in the manifest's folder, then check again for the other {others}: {command}",
    "moved": "there is {elsewhere}: correct the path",
    "unknown": "put the file there, or remove it from wheels",
}

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
    "package.init-compiled": Code(
        "error", "an add-on has a compiled __init__ only", "Blender 5.0 builds and loads it, on the one platform it was compiled for; its own validate and most sites want an __init__.py.",
        message="there is {file} but no __init__.py",
        hint="add an __init__.py that imports the compiled module",
        example={"file": "__init__.cp311-win_amd64.pyd"},
    ),
    "package.too-large": _stricter("the package is too large", "It takes more room than any client should be asked for."),
    "package.too-many-members": _stricter("the package has too many files", "Unpacking would take minutes and fill the file system's tables."),
    "package.bomb": _stricter("the package unpacks to far more than its size", "This is how archives are made that fill a disk; real contents do not pack like that."),
    "package.overlapping": _stricter("files of the zip archive share their data", "Only archives made to do harm are built like that."),
    "package.unused-data": _stricter("bytes of the zip archive belong to no file", "Tools that read an archive from its start can find other files there than those that were checked."),
    "package.prefix-data": _stricter("something stands before the zip archive", "Tools differ in where they count from, so they can find other files."),
    "package.trailing-data": _stricter("something follows the zip archive", "Tools differ in which end they take, so they can find other files."),
    "package.zip64-mismatch": _stricter("zip64 records lead to another directory", "Tools that know zip64 list other files than those that do not."),
    "package.header-mismatch": _stricter("a file is described in two ways", "Each file is described before its data and in the directory. Tools differ in which of the two they follow."),
    "package.unicode-path": _stricter("a file has a second name", "Blender 5.1 and newer take the name of the extra field 0x7075, older ones the other."),
    "package.extra-field": _stricter("a file has an extra field that can change it", "Some tools take the kind or the contents of a file from such fields, and make a link of it."),
    "package.stream-size": _stricter("a file is longer or shorter than stated", "Tools differ in where they stop, so they unpack other bytes."),
    "package.special-file": _stricter("a member is neither a file nor a folder", "Tools make a device, a folder or an ordinary file of it."),
    "package.folder-with-data": _stricter("a folder has contents of its own", "Only its name says that it is a folder; some tools write a file."),
    "package.rare-compression": _stricter("a file is compressed in a way that few tools read", "Blender unpacks bzip2 and LZMA members, other tools leave the file out."),
    "package.unexpected": _error("the package could not be read", "Reading it raised an unexpected error. Please report it together with the package."),
    "package.duplicate-member": _stricter("a file is in the zip archive twice", "Tools differ in which of the two they unpack, so it is unknown what was reviewed."),
    "package.symlink": _stricter("the package has a symbolic link", "Blender unpacks a small text file in its place, other tools a link that may lead anywhere."),
    "package.outside-root": _warning("files lie outside the extension's folder", "Blender drops them when it installs the package."),
    "package.wheel-missing": Code(
        "error", "a listed wheel is not there", "Blender skips it without a message, and the add-on fails when it imports the library.",
        stricter=True,
        message=_MISSING["one"],
        variants={f"{number}-{cure}": (message, hint) for number, message in _MISSING.items() for cure, hint in _MISSING_CURES.items()},
        example={
            "variant": "several-download", "wheel": "./wheels/attrs-24.2.0-py3-none-any.whl", "missing": 2, "total": 2, "elsewhere": "", "others": 0,
            "command": "pip download attrs==24.2.0 --only-binary=:all: --no-deps --ignore-requires-python --platform any --python-version 3 --implementation py --abi none -d ./wheels",
        },
    ),
    "package.legacy": _error("this is an add-on from before Blender 4.2", "It has bl_info but no manifest: Blender installs it as a legacy add-on, repositories cannot serve it."),
    "path.unsafe": _stricter("a path leads out of the folder", "Absolute paths and '..' are flattened by Blender and followed by careless tools."),
    "path.not-portable": _stricter("a path cannot exist on every system", "Backslashes, colons, control characters and some names mean something else on Windows."),
    "path.ambiguous": _stricter("a path is unpacked under another name", "Unpacking tools drop '.', empty steps, trailing dots and blanks, and ';1': the file can replace another one."),
    "path.backslash": _stricter("a path has backslashes", "On Linux and macOS they are part of the name, on Windows they separate folders."),
    "path.encoding": _stricter("a path has no known encoding", "Without the UTF-8 mark tools guess, and the file gets another name on each system."),
    "path.short-name": _stricter("a path can be the short name of another", "Windows gives long names a short one such as BLENDE~1.TOM, which opens the same file."),
    "path.case-collision": _stricter("two paths are one on some systems", "Windows and macOS ignore case, macOS ignores how accents are written: the second replaces the first."),
    "path.folder-case": _warning("a folder is written in two ways", "On Windows and macOS it is one folder, on Linux there are two."),
    "path.file-and-folder": _stricter("a path is a file and a folder", "Such a package cannot be unpacked: an install stops in the middle."),
    "path.too-long": _warning("a path is very long", "With the folders above it, it can pass the 260 characters that Windows allows."),
    "wheel.unreadable": _stricter("a wheel cannot be unpacked", "Blender unpacks all wheels of all add-ons together: one that fails leaves every add-on without its libraries."),
    "wheel.dist-info": _stricter("a wheel is not what its name says", "Blender goes by the file's name, and removes a library by the list in its .dist-info folder."),
    "theme.xml-missing": _stricter("a theme has no .xml file", "Blender would install it and show nothing."),
    "theme.several-xml": _stricter("a theme has several .xml files", "Blender applies the first by name and shows all: one theme, one package."),
    "theme.not-xml": _stricter("the theme's .xml cannot be read", "Blender would fail when the theme is chosen."),
    "theme.too-deep": _stricter("the theme's .xml is nested too deeply", "Blender's own themes have 8 levels. Blender walks through them recursively, and stops with an error at about a thousand."),
    "theme.too-large": _stricter("the theme's .xml is too large", "Blender's own themes have 50 KB; a file with more than 2 MiB, 10,000 elements or 50,000 attributes only keeps its readers busy."),
    "theme.style-missing": _stricter("the theme's .xml has no <ThemeStyle>", "Blender reads it after <Theme> and stops with an error, half of the theme applied."),
    "theme.not-a-theme": _stricter("the .xml is not a Blender theme", "A theme is a <bpy> element with a <Theme> in it, as Blender's own export writes."),
}  # fmt: skip
