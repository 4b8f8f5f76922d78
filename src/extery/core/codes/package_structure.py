"""Codes of the structure of a zip: records that contradict each other, and data that belongs to no member.

They are part of the area of `extery.core.codes.package`.
"""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import differs

_REPACK = "pack it again with an ordinary tool, for example 'extery build'"
_REBUILD = "build or download it again"
_TOOLS_DIFFER = differs("tools unpack different files")

_STREAM_SIZE = {
    "too-short": "it ends {missing} before its stated size",
    "too-long": "its data continues after its stated size",
    "unpacks-to-more": "it unpacks to more than its stated size",
    "unpacks-to": "it unpacks to {actual:,} bytes, and {stated:,} are stated",
    "packed-cut-off": "its packed data is cut off",
    "packed-too-long": "its packed data continues after its end",
}
_ZIP64 = {
    "record-missing": "the zip64 end record is missing",
    "record-cut-off": "there is no room for the zip64 end record",
    "locator": "the zip64 locator does not lead to the record before it",
    "end-records-differ": "the end record and the zip64 end record differ",
    "entry": "an entry has no zip64 sizes, or has them twice",
}
#: What an extra field can do to a member, in the directory and in the header before its data.
_SECOND_NAME = "{member} has a second name (extra field 0x7075), which some tools use"
_UNIX_MODE = "{member} is a link or a device by its extra field 0x756e"
_UNKNOWN_FIELD = (
    "{member} has an extra field of an unknown kind, which may change the member ({kind:#06x})"
)
_LOCAL = "in the header before its data"

_MORE_PLACES = ", and at {more} more places"
_OVERLAPPING = {
    "member": "{member} and {next} share {size} of the archive",
    "directory": "{member} and the directory share {size} of the archive",
}
_UNUSED = {
    "member": "there is unused data of {size} before {next}",
    "directory": "there is unused data of {size} before the directory",
}

CODES: dict[str, Code] = {
    "package.overlapping": Code(
        "error", "files of the zip archive share their data", "Only archives made to do harm are built like that.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message=_OVERLAPPING["member"],
        hint=_REPACK,
        variants={f"{name}{number}": (text + more, "") for name, text in _OVERLAPPING.items() for number, more in (("", ""), ("-several", _MORE_PLACES))},
        example={"member": "'a.png'", "next": "'b.png'", "size": "5.0 KB", "more": 29, "variant": "member-several"},
    ),
    "package.unused-data": Code(
        "error", "bytes of the zip archive belong to no file", "Tools that read an archive from its start can find other files there than those that were checked.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message=_UNUSED["member"],
        hint=_REPACK,
        variants={f"{name}{number}": (text + more, "") for name, text in _UNUSED.items() for number, more in (("", ""), ("-several", _MORE_PLACES))},
        example={"next": "'gear.png'", "size": "16 bytes", "more": 1, "variant": "member"},
    ),
    "package.prefix-data": Code(
        "error", "there is data before the zip archive", "Tools differ in where they count from, so they can find other files.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{file} has {size} that its directory does not count",
        hint=f"{_REBUILD}; nothing may precede the zip or surround its directory",
        variants={
            "tar": ("{file} is a tar archive as well as a zip, so tools unpack different files", _REPACK),
            "iso": ("{file} is a disc image as well as a zip, so tools unpack different files", _REPACK),
        },
        example={"file": "gear_tool-1.2.3.zip", "size": "176 bytes"},
    ),
    "package.trailing-data": Code(
        "error", "there is data after the zip archive", "Tools differ in which end they take, so they can find other files.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{file} has {size} of data after its end",
        hint=f"{_REBUILD}; nothing may follow the zip",
        example={"file": "gear_tool-1.2.3.zip", "size": "4 bytes"},
    ),
    "package.zip64-mismatch": Code(
        "error", "zip64 records lead to another directory", "Tools that read zip64 list other files than those that do not.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="tools differ in where the directory of {file} is",
        hint="build it again; a package of less than 4 GB needs no zip64",
        variants={name: (f"tools differ in where the directory of {{file}} is: {text}", "") for name, text in _ZIP64.items()},
        example={"file": "gear_tool-1.2.3.zip", "variant": "end-records-differ"},
    ),
    "package.header-mismatch": Code(
        "error", "a file is described in two ways", "Each file is described before its data and in the directory. Tools differ in which of the two they follow.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} is described differently in the directory and before its data",
        hint=_REPACK,
        variants={
            "no-header": ("{member} has no header before its data", ""),
            "no-descriptor": ("the header of {member} states that its sizes follow its data, and they do not", ""),
            "name": ("{member} is called {other} in the header before its data", ""),
            "method": ("{member} has method {directory} in the directory and {local} before its data", ""),
            "flags": ("{member} has flags {directory:#06x} in the directory and {local:#06x} before its data", ""),
            "size": ("{member} has {directory:,} bytes in the directory and {local:,} before its data", ""),
            "packed-size": ("{member} has {directory:,} packed bytes in the directory and {local:,} before its data", ""),
            "checksum": ("{member} has another checksum in the directory than before its data", ""),
            "zip64": (f"{_LOCAL}, {{member}} has no zip64 sizes, or has them twice", ""),
            "extra-field": (f"{_LOCAL}, {{member}} has an extra field that is cut off", ""),
            "second-name": (f"{_LOCAL}, {_SECOND_NAME}", ""),
            "unix-mode": (f"{_LOCAL}, {_UNIX_MODE}", ""),
            "unknown-field": (f"{_LOCAL}, {_UNKNOWN_FIELD}", ""),
            "records-in-data": ("{member} contains zip records, and its size is not stated before its data", "pack it again with a tool that writes sizes first, for example 'extery build'"),
        },
        example={"member": "'tool.py'", "variant": "name", "other": "'evil.py'", "directory": 8, "local": 0, "kind": 0x000D},
    ),
    "package.unicode-path": Code(
        "error", "a file has a second name", "Blender 5.1 and newer take the name of the extra field 0x7075, older ones the other.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message=_SECOND_NAME,
        hint=_REPACK,
        variants={"second-name": ("", "")},
        example={"member": "'tool.py'"},
    ),
    "package.extra-field": Code(
        "error", "a file has an extra field that can change it", "Some tools take the kind or the contents of a file from such fields, and make a link of it.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message=_UNKNOWN_FIELD,
        hint=_REPACK,
        variants={"unix-mode": (_UNIX_MODE, ""), "unknown-field": ("", "")},
        example={"member": "'tool.py'", "kind": 0x6C78},
    ),
    "package.stream-size": Code(
        "error", "a file is longer or shorter than stated", "Tools differ in where they stop, so they unpack other bytes.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} has {actual:,} bytes of data and {stated:,} are stated",
        hint="pack or download the archive again",
        variants={
            "stored": ("", _REPACK),
            **{name: (f"{{member}} is damaged: {text}", "") for name, text in _STREAM_SIZE.items()},
        },
        example={"member": "'gear.png'", "actual": 256000, "stated": 1000, "missing": "12 bytes"},
    ),
    "package.special-file": Code(
        "error", "a member is neither a file nor a folder", "Some tools create a device, some a folder, some an ordinary file.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} is a device, a pipe or a socket",
        hint=_REPACK,
        variants={
            "device": ("", ""),
            "unknown-system": ("{member} was packed on a system ({system}) whose attributes tools read in different ways", ""),
            "volume-label": ("{member} is the label of a disk by its attributes", ""),
            "folder-as-file": ("{member} is a folder by its name and a file by its mode", ""),
            "file-as-folder": ("{member} is a file by its name and a folder by its attributes", ""),
        },
        example={"member": "'gear.png'", "system": 1},
    ),
    "package.folder-with-data": Code(
        "error", "a folder has contents of its own", "Only the name marks it as a folder; some tools write a file.",
        installation=_TOOLS_DIFFER,
        stricter=True,
        message="{member} is a folder with {size} of data",
        hint=_REPACK,
        example={"member": "'icons/'", "size": "8 bytes"},
    ),
}  # fmt: skip
