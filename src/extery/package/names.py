"""Names of members: which of them mean the same file to every unpacking tool.

Python's `zipfile`, Info-ZIP's ``unzip``, Windows and macOS change names on their way to disk: they drop
``.`` and empty steps, trailing dots and blanks and ``;1``, ignore case and Unicode form, and know short
aliases. A name that does not mean the same file everywhere is refused, so that the listed name is the
unpacked one.

All rules give the same answer in every supported Python: Unicode properties come from the frozen
Unicode 3.2 database, because those of the running interpreter change from release to release.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import ucd_3_2_0 as unicode_3_2

#: Above this many faults of one kind the rest is not reported: the archive has to be made again anyway.
MAX_PROBLEMS = 100
#: Longest step of a path, in UTF-8 bytes, that every usual file system can store.
MAX_STEP_BYTES = 255
#: Folders above a file. Deep paths cost every tool that unpacks them, and no extension has them.
MAX_DEPTH = 100
#: Longest path, in UTF-8 bytes. Linux allows 4096 with the folders above it.
MAX_NAME_BYTES = 2048

# Names of ASCII letters, digits and some signs, without anything a rule below looks for.
_PLAIN_NAME = re.compile(
    r"(?:(?:\.?[A-Za-z0-9_](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_+-])?)/)*"
    r"(?:\.?[A-Za-z0-9_](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_+-])?)/?"
)
_PLAIN_BYTES = 200
# The beginning of a step that `_DEVICE` may match.
_MAY_BE_DEVICE = re.compile(r"(?:^|/)(?:con|prn|aux|nul|clock|com|lpt)", re.IGNORECASE)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file; with any extension, and with
# blanks before it. Superscript digits count as digits, and consoles have names of their own.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9\xb9\xb2\xb3]) *(?:[.:].*)?",
    re.IGNORECASE | re.DOTALL,
)
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
# Info-ZIP takes this for a version number of VMS and drops it.
_VMS_VERSION = re.compile(r";[0-9]*")
# Info-ZIP writes what its locale cannot show like this, so the text stands for the character.
_ESCAPED = re.compile(r"#U([0-9a-fA-F]{4})|#L([0-9a-fA-F]{6})")
# Control and format characters, surrogates, private and unassigned code points, line separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Invisible as well, though not by their category: fillers, and a space without width.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2800\u3164\uffa0")
# Later than Unicode 3.2, and without any case or composition: emoji, other symbols, currencies.
_LATER_SYMBOLS = ((0x20B2, 0x20C0), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))


# Before comparing: selectors of a variant, which file systems that fold case ignore; and five characters of which
# Unicode has corrected the decomposition after 3.2 (Corrigendum 4).
_COMPARED_AS = {
    **dict.fromkeys([*range(0xFE00, 0xFE10), 0x180B, 0x180C, 0x180D]),
    0x2F868: 0x36FC,
    0x2F874: 0x5F53,
    0x2F91F: 0x243AB,
    0x2F95F: 0x7AEE,
    0x2F9BF: 0x45D7,
}


class NameFault(NamedTuple):
    """Why one name, whatever the others are, does not mean the same file everywhere."""

    code: str
    reason: str


def is_plain(name: str) -> bool:
    """Whether a name is short, of ASCII letters, digits and a few signs, and means the same file everywhere."""
    if len(name) > _PLAIN_BYTES or not _PLAIN_NAME.fullmatch(name):
        return False
    return not _MAY_BE_DEVICE.search(name) or not _device_in(name)


def find_fault(name: str) -> NameFault | None:
    """The first reason to refuse the name of a member, ``None`` for a good one.

    ``name`` is relative to the archive; that of a folder ends with ``/``.
    """
    if is_plain(name):
        return None
    if is_unsafe(name):
        return NameFault("path.unsafe", "it leads out of the folder")
    if reason := _ambiguous(name):
        return NameFault("path.ambiguous", reason)
    reason = not_portable(name)
    return NameFault("path.not-portable", reason) if reason else None


def is_unsafe(name: str) -> bool:
    """Whether a name is absolute, or climbs out of the folder with ``..``."""
    steps = name.replace("\\", "/").split("/")
    if steps[0] == "" and name != "":
        return True
    return ".." in (step.rstrip(" ") for step in steps) or bool(re.match(r"[A-Za-z]:", name))


def _ambiguous(name: str) -> str:
    """Why tools unpack the name to another path than the one that is written; ``""`` if they do not."""
    if not name.strip("/"):
        return "it is empty"
    steps = name.removesuffix("/").split("/")
    if "" in steps:
        return "a step of it is empty, and is dropped"
    if "." in steps:
        return "a step of it is '.', which is dropped"
    for step in steps:
        if step != step.rstrip(". "):
            return f"{step!r} ends with a dot or a blank, which Windows drops"
    head, semicolon, tail = steps[-1].rpartition(";")
    if semicolon and head and _VMS_VERSION.fullmatch(semicolon + tail):
        return f"unzip takes {semicolon + tail!r} for a version number and drops it"
    return ""


def not_portable(name: str) -> str:
    """Why some system cannot have the relative path ``name``, or has it under another name; ``""`` if all can."""
    if not name.isascii() or not name.isprintable():
        for character in name:
            if not _is_usual(character):
                return f"it has the character U+{ord(character):04X}, which {_character_fault(character)}"
    if match := _FORBIDDEN.search(name):
        return f"it has {match[0]!r}"
    encoded = name.encode("utf-8", "surrogatepass")
    if len(encoded) > MAX_NAME_BYTES:
        return f"it has {len(encoded):,} bytes, at most {MAX_NAME_BYTES:,} are possible"
    if name.count("/") > MAX_DEPTH:
        return f"it has {name.count('/')} folders, at most {MAX_DEPTH} are possible"
    longest = max(encoded.split(b"/"), key=len)
    if len(longest) > MAX_STEP_BYTES:
        return f"a step of it has {len(longest)} bytes, at most {MAX_STEP_BYTES} are possible"
    return _device_in(name)


def _device_in(name: str) -> str:
    for step in name.removesuffix("/").split("/"):
        if _DEVICE.fullmatch(step):
            return f"{step!r} is a device on Windows"
    return ""


def _is_usual(character: str) -> bool:
    if " " <= character <= "~":
        return True
    code = ord(character)
    if any(first <= code <= last for first, last in _LATER_SYMBOLS):
        return True
    return (
        character not in _INVISIBLE and unicode_3_2.category(character) not in _REFUSED_CATEGORIES
    )


def _character_fault(character: str) -> str:
    category = unicode_3_2.category(character)
    if character in _INVISIBLE or category in ("Cc", "Cf", "Zl", "Zp"):
        return "is invisible or dropped by some tools"
    if category == "Cs":
        return "is half of a pair"
    return "systems compare in different ways"


def fold(name: str) -> str:
    """The same text for all names that some system takes for one: case, Unicode form, escapes."""
    if name.isascii() and "#" not in name:
        return name.lower()
    if "#" in name:
        name = _ESCAPED.sub(_unescaped, name)
    # Twice, because folding can undo the form and the form can undo folding.
    name = name.translate(_COMPARED_AS)
    once = unicode_3_2.normalize("NFD", name).upper().casefold()
    return unicode_3_2.normalize("NFD", once).casefold()


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if 0x80 <= code < 0x110000 else match[0]


def shown(name: str) -> str:
    """A name for messages: quoted, escaped, and not longer than a line."""
    return repr(name) if len(name) <= 120 else f"{name[:100]!r}…"
