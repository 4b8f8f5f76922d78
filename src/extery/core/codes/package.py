"""Codes of packages: the zip archive, its members, and the files that an extension needs."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.codes.package_structure import CODES as _STRUCTURE
from extery.core.codes.wheel import LISTED_WHEELS
from extery.core.installation import differs, fails, harms, installs

_REPACK = "pack it again with an ordinary tool, for example 'extery build'"
_REBUILD = "build or download it again"
_CLEAN = "pack the folder with 'extery build' in place of the Finder or Explorer, or run: {command}"
_TRIM = "leave caches and generated files out"

#: Formats that are mistaken for packages.
_FORMATS = {
    "gzip": "a gzip file",
    "xz": "an .xz file, the package format of early 2024",
    "7z": "a 7z archive",
    "rar": "a RAR archive",
    "bzip2": "a bzip2 file",
    "zstandard": "a Zstandard file",
    "tar": "a tar archive",
    "blend": "a .blend file",
    "pdf": "a PDF",
    "png": "a PNG image",
    "html": "a web page",
    "python": "a Python file",
    "git-lfs": "a Git LFS pointer, not the file that it stands for",
}
_FORMAT_HINTS = {"git-lfs": "run 'git lfs pull', then build again"}

_DAMAGED = {
    "no-end": "its end record is missing or cut off",
    "comment": "its end record states a longer comment than there is",
    "multi-part": "it is one part of an archive in several parts",
    "directory-too-long": "its directory does not fit in front of its end record",
    "directory-cut-off": "its directory is cut off",
    "directory-too-short": "its directory has more bytes than entries",
    "no-signature": "an entry of its directory has no signature",
    "entry-cut-off": "the last entry of its directory is cut off",
    "entry-count": "its directory has {entries:,} entries, and its end record states {stated:,}",
    "extra-field": "an extra field of its directory is cut off",
}
_DAMAGED_MEMBER = {
    "checksum": "its checksum is wrong",
    "unreadable": "it cannot be read ({reason})",
    "corrupt": "it cannot be unpacked ({reason})",
    "lzma-properties": "its LZMA properties are invalid",
    "lzma-filter": "its LZMA properties are invalid ({reason})",
    "lzma-dictionary": "it takes {mebibytes} MiB of memory to unpack",
    "no-header": "there is no header before its data",
}
_UNCHECKED = fails("it could not be checked")
_NOT_OPENED = fails("Blender cannot open the archive")
_NO_EXTENSION = fails("no tool of Blender finds an extension in it")
_UNPACKING_STOPS = fails("the install stops in the middle of unpacking")
_TOOLS_DIFFER = differs("tools unpack different files")
_TOO_MUCH = harms("unpacking it can fill the disk or take very long")

CODES = {
    "package.not-found": Code(
        "error", "the package does not exist", "There is no file or folder of this name.",
        installation=_UNCHECKED,
        message="{file} cannot be opened: {reason}",
        hint="check the path",
        example={"file": "gear_tool-1.2.3.zip", "reason": "No such file or directory"},
    ),
    "package.unreadable": Code(
        "error", "the package cannot be opened", "The operating system refused to open or to read the file.",
        installation=_UNCHECKED,
        message="{file} cannot be opened: {reason}",
        hint="check the path",
        variants={
            "read": ("{file} cannot be read: {reason}", "check the file and the disk"),
            "source": ("{file} cannot be read: {reason}", "check that you may read it"),
            "not-a-file": ("{file} is not an ordinary file", "save the package as a file"),
        },
        example={"file": "gear_tool-1.2.3.zip", "reason": "Permission denied"},
    ),
    "package.not-zip": Code(
        "error", "the file is not a zip archive", "Blender reads zip archives only, whatever the file is called.",
        installation=_NOT_OPENED,
        message="{file} is not a zip archive",
        hint="pack the folder with 'extery build', which makes a zip",
        variants={name: (f"{{file}} is not a zip archive but {text}", _FORMAT_HINTS.get(name, "")) for name, text in _FORMATS.items()},
        example={"file": "gear_tool-1.2.3.zip", "variant": "html"},
    ),
    "package.empty": Code(
        "error", "the file is empty", "An interrupted download or a full disk often leaves an empty file.",
        installation=_NOT_OPENED,
        message="{file} is empty",
        hint="download or build it again",
        example={"file": "gear_tool-1.2.3.zip"},
    ),
    "package.truncated": Code(
        "error", "the zip archive is cut off", "The directory of a zip is at its end; without it nothing can be unpacked.",
        installation=_NOT_OPENED,
        message="{file} is cut off: it begins like a zip but has no directory at its end",
        hint="only {size:,} bytes arrived; download or copy it again",
        example={"file": "gear_tool-1.2.3.zip", "size": 65536},
    ),
    "package.damaged": Code(
        "error", "the zip archive is damaged", "Its directory cannot be read, so nothing can be unpacked.",
        installation=_NOT_OPENED,
        message="{file} is a damaged zip",
        hint=_REBUILD,
        variants={name: (f"{{file}} is a damaged zip: {text}", "") for name, text in _DAMAGED.items()},
        example={"file": "gear_tool-1.2.3.zip", "variant": "entry-count", "entries": 11, "stated": 12},
    ),
    "package.damaged-member": Code(
        "error", "a file in the zip archive is damaged", "Its contents cannot be unpacked or have a wrong checksum: Blender stops in the middle of installing it.",
        installation=_UNPACKING_STOPS,
        message="{member} is damaged",
        hint="pack or download the archive again",
        variants={name: (f"{{member}} is damaged: {text}", "") for name, text in _DAMAGED_MEMBER.items()},
        example={"member": "'gear.png'", "variant": "checksum", "reason": "invalid block type", "mebibytes": 4096},
    ),
    "package.unsupported-compression": Code(
        "error", "a file is compressed in a way Blender cannot read", "Blender's Python reads stored, deflated, bzip2 and LZMA members.",
        installation=_UNPACKING_STOPS,
        message="{member} is packed with method {method}, which Blender cannot read",
        hint="pack it again as an ordinary zip",
        variants={"version": ("{member} is packed in a newer zip format, which Blender cannot read", "")},
        example={"member": "'gear.png'", "method": 97},
    ),
    "package.encrypted": Code(
        "error", "a file in the zip archive is encrypted", "Blender cannot ask for a password.",
        installation=_UNPACKING_STOPS,
        message="{member} cannot be read without a password",
        hint="pack it again without a password",
        variants={"several": ("{member} and {more} more cannot be read without a password", "")},
        example={"member": "'gear.png'"},
    ),
    "package.manifest-missing": Code(
        "error", "there is no manifest in the zip archive", "Blender looks for blender_manifest.toml at the root, or in the only folder that has one.",
        installation=_NO_EXTENSION,
        message="{file} has no blender_manifest.toml",
        hint="the manifest belongs next to __init__.py or the theme's .xml",
        variants={
            "similar": ("", "it has {similar}; the manifest belongs next to __init__.py or the theme's .xml"),
            "hidden": ("{file} has its manifest in {folder}, and Blender ignores paths that begin with a dot", "rename the folder without the dot, and pack it again"),
            "one-file": ("", "it has 1 other file; the manifest belongs next to __init__.py or the theme's .xml"),
            "several-files": ("", "it has {files} other files; the manifest belongs next to __init__.py or the theme's .xml"),
        },
        example={"file": "gear_tool-1.2.3.zip", "variant": "similar", "similar": "manifest.toml", "files": 12, "folder": ".gears/"},
    ),
    "package.manifest-ambiguous": Code(
        "error", "the zip archive has several manifests", "There is none at the root and several in folders, so Blender cannot know which extension to install.",
        installation=_NO_EXTENSION,
        message="{file} has {count} manifests: {manifests}",
        hint="make one package for each extension",
        example={"file": "tools.zip", "count": 2, "manifests": "gears/blender_manifest.toml, cogs/blender_manifest.toml"},
    ),
    "package.build-not-table": Code(
        "error", "the manifest's build is not a table", "Every tool of Blender that opens the package crashes.",
        installation=fails("every tool of Blender crashes on it"),
        message="build in the manifest must be a table",
        hint="write a section [build]",
        variants={"generated": ("build.generated in the manifest must be a table", "remove it; 'extery build --split-platforms' writes it")},
    ),
    "package.init-missing": Code(
        "error", "an add-on has no __init__.py", "Blender imports the folder of the manifest as a Python package; without the file the add-on cannot be enabled.",
        installation=installs("it can be installed, and not enabled"),
        message="an add-on needs an __init__.py next to its manifest",
        hint="add the file, with register() and unregister() in it",
        variants={"subfolder": ("", "there is one in {folder}/: move the manifest there, or the files up to the manifest")},
        example={"variant": "subfolder", "folder": "src"},
    ),
    "package.init-compiled": Code(
        "error", "an add-on has a compiled __init__ only", "Blender 5.0 builds and loads it, on the one platform it was compiled for; its own validate and most sites want an __init__.py.",
        installation=installs("it can be installed, and enabled on the platform it was compiled for"),
        build="warning",
        message="there is {file} but no __init__.py",
        hint="add an __init__.py that imports the compiled module",
        example={"file": "__init__.cp311-win_amd64.pyd"},
    ),
    "package.init-syntax": Code(
        "warning", "the __init__.py of an add-on is not Python", "Blender installs it and fails when it is enabled. It is read with the syntax of the oldest Blender in its range.",
        message="__init__.py cannot be read by Python {python}: {reason} (line {line})",
        hint="correct the line; 'python -m py_compile __init__.py' shows it too",
        example={"python": "3.11", "reason": "invalid syntax", "line": 12},
    ),
    "package.too-large": Code(
        "error", "the package is too large", "It needs more disk space than a client should be asked for.",
        installation=_TOO_MUCH,
        stricter=True,
        message="the package unpacks to {size}, at most {limit} are allowed",
        hint="let the add-on download large data when it is needed",
        variants={
            "wheel": ("{file} unpacks to {size}, at most {limit} are allowed", ""),
            "member": ("{member} is larger than {limit}", "a file of this kind is much smaller"),
        },
        example={"size": "5.2 GB", "limit": "4.0 GB", "file": "wheels/gears-1.0-py3-none-any.whl", "member": "'blender_manifest.toml'"},
    ),
    "package.too-many-members": Code(
        "error", "the package has too many files", "Unpacking would take minutes and use up the inodes of the file system.",
        installation=_TOO_MUCH,
        stricter=True,
        message="the package has {members:,} files, at most {limit:,} are allowed",
        hint=_TRIM,
        variants={
            "wheel": ("{file} has {members:,} files, at most {limit:,} are allowed", ""),
            "directory": ("{file} has {members:,} files in a directory of {size}, at most {limit:,} in {max_size} are allowed", ""),
            "paths": ("the package has more than {limit:,} files and folders", ""),
            "together": ("the package and its wheels have more than {limit:,} files", ""),
        },
        example={"members": 23456, "limit": 20000, "file": "gear_tool-1.2.3.zip", "size": "11 MB", "max_size": "8.4 MB"},
    ),
    "package.bomb": Code(
        "error", "the package unpacks to far more than its size", "Archives made to fill a disk look like this; real contents do not compress that well.",
        installation=_TOO_MUCH,
        stricter=True,
        message="the package of {size} unpacks to {unpacked}",
        hint="leave out files that are empty space",
        variants={
            "wheel": ("{file} of {size} unpacks to {unpacked}", ""),
            "together": ("the package and its wheels unpack to more than {unpacked}", ""),
            "slow": ("the package has {unpacked} of data packed with bzip2 or LZMA, which takes very long to unpack", _REPACK),
            "slow-wheel": ("{file} has {unpacked} of data packed with bzip2 or LZMA, which takes very long to unpack", _REPACK),
        },
        example={"size": "59 KB", "unpacked": "60 MB", "file": "wheels/gears-1.0-py3-none-any.whl"},
    ),
    **_STRUCTURE,
    "package.rare-compression": Code(
        "error", "a file is compressed in a way that few tools read", "Blender unpacks bzip2 and LZMA members, other tools leave the file out.",
        installation=installs("all Blenders unpack it"),
        stricter=True,
        message="{member} is packed with bzip2 or LZMA, which not every tool can unpack",
        hint="pack it again with the usual method, deflate",
        variants={
            "method": ("", ""),
            "method-several": ("{member} and {more} more are packed with bzip2 or LZMA, which not every tool can unpack", ""),
            "version": ("{member} needs a newer version of the zip format than every tool reads", _REPACK),
            "version-several": ("{member} and {more} more need a newer version of the zip format than every tool reads", _REPACK),
        },
        example={"member": "'gear.png'"},
    ),
    "package.unexpected": Code(
        "error", "the package could not be read", "Reading it raised an unexpected error. Please report it together with the package.",
        installation=_UNCHECKED,
        message="{file} could not be read: {error}",
        hint="leave the package out, and report the error to Extery together with the package",
        example={"file": "gear_tool-1.2.3.zip", "error": "RecursionError"},
    ),
    "package.duplicate-member": Code(
        "error", "a file is in the zip archive twice", "Tools differ in which of the two they unpack, so it is unknown what was reviewed.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} is in the package twice",
        hint="pack it again; only one of the two would be installed",
        variants={"several": ("{member} is in the package twice, and so are {more} more", "")},
        example={"member": "'tool.py'"},
    ),
    "package.symlink": Code(
        "error", "the package has a symbolic link", "Blender unpacks a small text file in its place, other tools a link that may lead anywhere.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} is a symbolic link",
        hint="pack a copy of the file it leads to",
        example={"member": "'docs'"},
    ),
    "package.outside-root": Code(
        "warning", "there are files outside the extension's folder", "Blender drops them when it installs the package.",
        message="{member} is outside {root} and will not be installed",
        hint="move such files into the folder, or leave them out",
        variants={"several": ("{member} and {more} more are outside {root} and will not be installed", "")},
        example={"member": "'README.md'", "root": "gears/"},
    ),
    "package.system-files": Code(
        "warning", "there are files of macOS or Windows", "The Finder and the Explorer add them to folders and archives. They are not part of the extension, and '._' files look like broken modules, images and themes.",
        message="{member} is a file of {system}, not of the extension",
        hint=_CLEAN,
        variants={
            "several": ("{member} and {more} more are files of {system}, not of the extension", ""),
            "folder": ("", "add {patterns} to paths_exclude_pattern"),
            "folder-several": ("{member} and {more} more are files of {system}, not of the extension", "add {patterns} to paths_exclude_pattern"),
        },
        example={"member": "'__MACOSX/gears/._tool.py'", "more": 2, "system": "macOS", "command": "zip -d gears.zip '__MACOSX/*'", "patterns": "'.DS_Store'"},
    ),
    **LISTED_WHEELS,
    "package.legacy": Code(
        "error", "this is an add-on from before Blender 4.2", "It has bl_info but no manifest: Blender installs it as a legacy add-on, repositories cannot serve it.",
        installation=_NO_EXTENSION,
        message="{file} is an add-on from before Blender 4.2: it has bl_info but no blender_manifest.toml",
        hint="write a blender_manifest.toml next to its __init__.py",
        example={"file": "gear_tool.zip"},
    ),
}  # fmt: skip
