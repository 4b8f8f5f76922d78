"""Codes of paths: the names of members, which must mean one file each on every system."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import differs, fails

_REPACK = "pack the folder again, for example with 'extery build'"
_RENAME = "rename one of them"
_LOCAL = "it was packed by a tool that writes the names of its own system, as old tools of Windows do: pack the folder again there, for example with 'extery build', or rename the file with letters of ASCII"

_AMBIGUOUS = {
    "empty": "it is empty",
    "empty-part": "a part of it is empty, and is dropped",
    "dot": "a part of it is '.', which is dropped",
    "trailing": "{part} ends with a dot or a blank, which Windows drops",
    "vms-version": "unzip takes {part} for a version number and drops it",
}
_NOT_PORTABLE = {
    "invisible": "it contains the character U+{character:04X}, which is invisible or dropped by some tools",
    "surrogate": "it contains U+{character:04X}, an unpaired surrogate",
    "unassigned": "it contains the character U+{character:04X}, which systems compare in different ways",
    "forbidden": "it contains {sign}",
    "too-long": "it has {length:,} bytes, at most {limit:,} are possible",
    "too-deep": "it has {length:,} folders, at most {limit:,} are possible",
    "part-too-long": "a part of it has {length:,} bytes, at most {limit:,} are possible",
    "device": "{part} is a device on Windows",
}

_TOOLS_DIFFER = differs("tools unpack different files")
_SYSTEMS_DIFFER = differs("it is another file on another system")

CODES = {
    "path.unsafe": Code(
        "error", "a path leads out of the folder", "Absolute paths and '..' are flattened by Blender and followed by careless tools.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{path} leads out of the folder",
        hint="pack the files with paths relative to the manifest's folder",
        variants={"replaces": ("{path} leads out of the folder; it replaces {other}", "")},
        example={"path": "'../tool.py'", "other": "'tool.py'"},
    ),
    "path.not-portable": Code(
        "error", "a path cannot exist on every system", "Backslashes, colons, control characters and some names have another meaning on Windows.",
        installation=_SYSTEMS_DIFFER,
        stricter=True,
        message="{path} cannot exist on every system",
        hint="rename it with letters, digits, '-', '_' and '.'",
        variants={name: (f"{{path}} cannot exist on every system: {text}", "") for name, text in _NOT_PORTABLE.items()},
        example={"path": "'aux.py'", "variant": "device", "part": "'aux.py'", "character": 0x200B, "sign": "'?'", "length": 5000, "limit": 2048},
    ),
    "path.ambiguous": Code(
        "error", "a path is unpacked under another name", "Unpacking tools drop '.', empty parts, trailing dots and blanks, and ';1': the file can replace another one.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{path} is unpacked under another name",
        hint=_REPACK,
        variants={
            f"{name}{suffix}": (f"{{path}} is unpacked under another name: {text}{more}", "")
            for name, text in _AMBIGUOUS.items()
            for suffix, more in (("", ""), ("-replaces", "; it replaces {other}"))
        },
        example={"path": "'./tool.py'", "variant": "dot-replaces", "part": "'tool.'", "other": "'tool.py'"},
    ),
    "path.backslash": Code(
        "error", "a path has backslashes", "On Linux and macOS they are part of the name, on Windows they separate folders.",
        installation=_SYSTEMS_DIFFER,
        stricter=True,
        message="a name has backslashes: {path}",
        hint="it was packed by a Windows tool that writes '\\' for '/': pack the folder again, for example with 'extery build'",
        variants={"several": ("{count:,} names have backslashes, the first is {path}", "")},
        example={"path": r"'gears\\tool.py'", "count": 3},
    ),
    "path.encoding": Code(
        "error", "a path has no known encoding", "Without the UTF-8 flag tools guess, and the file gets another name on each system.",
        installation=_SYSTEMS_DIFFER,
        stricter=True,
        message="the name {path} is not marked as UTF-8: Blender unpacks it as {unpacked}",
        hint="pack the folder again, for example with 'extery build', or rename the file with letters of ASCII",
        variants={
            "utf-8": ("", ""),
            "utf-8-several": ("the name {path} and {more} more are not marked as UTF-8: Blender unpacks it as {unpacked}", ""),
            "local": ("a name is in the encoding of another system and not marked as UTF-8: Blender unpacks it as {unpacked}", _LOCAL),
            "local-several": ("a name and {more} more are in the encoding of another system and not marked as UTF-8: Blender unpacks the first as {unpacked}", _LOCAL),
            "invalid": ("the name {path} is marked as UTF-8 and is not: {reason}", "pack it again with an ordinary tool, for example 'extery build'"),
            "unzip": ("unzip writes {path} and {other} to one file", "rename them with letters and digits of ASCII"),
        },
        example={"path": "'größe.py'", "unpacked": "'gr├╢├ƒe.py'", "more": 2, "other": "'a-+.py'", "reason": "invalid start byte"},
    ),
    "path.short-name": Code(
        "error", "a path can be the short name of another", "Windows gives long names a short one such as BLENDE~1.TOM, which opens the same file.",
        installation=_SYSTEMS_DIFFER,
        stricter=True,
        message="{path} can be the short name of {other} on Windows",
        hint=_RENAME,
        example={"path": "'BLENDE~1.TOM'", "other": "'blender_manifest.toml'"},
    ),
    "path.case-collision": Code(
        "error", "two paths are one file on some systems", "Windows and macOS ignore case, macOS ignores how accents are encoded: the second file replaces the first.",
        installation=_SYSTEMS_DIFFER,
        stricter=True,
        message="{path} and {other} differ in case only",
        hint=_RENAME,
        variants={"case": ("", ""), "unicode": ("{path} and {other} are one file on some systems", "")},
        example={"path": "'Tool.py'", "other": "'tool.py'", "variant": "case"},
    ),
    "path.folder-case": Code(
        "warning", "a folder is written in two ways", "On Windows and macOS it is one folder, on Linux there are two.",
        message="{path} writes the folder {folder} differently",
        hint="write the name of the folder in one way",
        example={"path": "'Icons/gear.png'", "folder": "'icons'"},
    ),
    "path.file-and-folder": Code(
        "error", "a path is a file and a folder", "Such a package cannot be unpacked: an install stops in the middle.",
        installation=fails("the install stops in the middle of unpacking"),
        stricter=True,
        message="{path} is a file and a folder",
        hint="rename one of them, and pack it again",
        variants={"member": ("{path} is a file and a folder ({other})", "")},
        example={"path": "'icons'", "other": "'icons/gear.png'", "variant": "member"},
    ),
    "path.too-long": Code(
        "warning", "a path is very long", "With the folders above it, it can exceed the 260 characters that Windows allows.",
        message="{path} has {length} characters",
        hint="stay below {limit}",
        variants={"several": ("{path} has {length} characters, the longest of {count:,} such paths", "")},
        example={"path": "wheels/data/textures/materials/metal/bru…", "length": 187, "limit": 160, "count": 3},
    ),
}  # fmt: skip
