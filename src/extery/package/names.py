"""Rules for the name of one member: it must mean the same file to every unpacking tool.

Python's `zipfile`, Info-ZIP's ``unzip``, Windows and macOS change names when they unpack: they drop
``.`` and empty parts, trailing dots and blanks and ``;1``, ignore case and Unicode form, and accept short
aliases. A name that does not mean the same file everywhere is refused, so that the listed name is the
unpacked one. Names that are compared with each other: `extery.package.collisions`.

All rules give the same result in every supported Python: Unicode properties come from the frozen
Unicode 3.2 database, because those of the running interpreter change from release to release.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import ucd_3_2_0 as unicode_3_2

from extery.core.invisible import FILLERS, find_invisible
from extery.package.issue import Issue

#: Problems of one kind that are reported; the archive has to be made again anyway.
MAX_NAME_PROBLEMS = 100
#: Maximum length of a part of a path, in UTF-8 bytes, on all common file systems.
MAX_PART_BYTES = 255
#: Maximum number of folders above a file. Deep paths are slow to unpack, and no extension has them.
MAX_PATH_DEPTH = 100
#: Maximum length of a path, in UTF-8 bytes. Linux allows 4096, including the folders above it.
MAX_NAME_BYTES = 2048

# Names of ASCII letters, digits and some signs, which break none of the rules below.
_PLAIN_STEP = r"\.?\w[\w.+-]*+(?<!\.)"
_PLAIN_PART = rf"{_PLAIN_STEP}(?:/|\Z)"
_PLAIN_NAME = re.compile(rf"(?:{_PLAIN_PART})++", re.ASCII)
# The beginning of a part that `_DEVICE` may match; the first letter is tested first because that is faster.
_MAY_BE_DEVICE = "[CcPpAaNnLl](?i:on|rn|ux|ul|lock|om|pt)"
# Names without such a part, each with a line feed at its end: one call for several is faster than one for each.
_PLAIN_NAMES = re.compile(rf"(?:(?:(?!{_MAY_BE_DEVICE}){_PLAIN_STEP}(?:/|(?=\n)))++\n)*+", re.ASCII)
_PLAIN_BYTES = 200
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file; with any extension, and with
# blanks before it. Superscript digits count as digits; CONIN$ and CONOUT$ are the console.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9\xb9\xb2\xb3]) *(?:[.:].*)?",
    re.IGNORECASE | re.DOTALL,
)
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
# Info-ZIP takes this for a VMS version number and drops it.
_VMS_VERSION = re.compile(r";[0-9]*")
# Info-ZIP writes characters outside its locale like this, so the text stands for the character.
_ESCAPED = re.compile(r"#U([0-9a-fA-F]{4})|#L([0-9a-fA-F]{6})")
# Control and format characters, surrogates, private and unassigned code points, line separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Invisible as well, though not by their category in Unicode 3.2: two that are spaces there.
_INVISIBLE = FILLERS | frozenset("\u180e\u200b")
# Added after Unicode 3.2 as well: a mark and isolates of the bidirectional algorithm.
_LATER_CONTROLS = frozenset("\u061c\u2066\u2067\u2068\u2069")
# Added after Unicode 3.2, without case or decomposition: emoji, other symbols, currencies.
_LATER_SYMBOLS = ((0x20B2, 0x20C0), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))

# Applied before names are compared: variation selectors, which case-insensitive file systems ignore; and five
# characters whose decomposition Unicode corrected after 3.2 (Corrigendum 4).
_COMPARED_AS = {
    **dict.fromkeys([*range(0xFE00, 0xFE10), 0x180B, 0x180C, 0x180D]),
    0x2F868: 0x36FC,
    0x2F874: 0x5F53,
    0x2F91F: 0x243AB,
    0x2F95F: 0x7AEE,
    0x2F9BF: 0x45D7,
}


def are_plain(names: Sequence[str]) -> bool:
    """Whether `is_plain` is true for all names."""
    text = "\n".join([*names, ""])
    if text.count("\n") == len(names) and _PLAIN_NAMES.fullmatch(text):
        return max(map(len, names), default=0) <= _PLAIN_BYTES
    return all(map(is_plain, names))


def is_plain(name: str) -> bool:
    """Whether a name is short, of ASCII letters, digits and a few signs, and means the same file everywhere."""
    if len(name) > _PLAIN_BYTES:
        return False
    if "\n" not in name and _PLAIN_NAMES.fullmatch(f"{name}\n"):
        return True
    return _PLAIN_NAME.fullmatch(name) is not None and not _device_in(name)


def find_name_issue(name: str) -> Issue | None:
    """Return the first reason to refuse the name of a member, or ``None``.

    ``name`` is relative to the archive; that of a folder ends with ``/``.
    """
    if is_plain(name):
        return None
    if is_unsafe(name):
        return Issue("path.unsafe")
    return _find_ambiguity(name) or _find_unportable(name)


def is_unsafe(name: str) -> bool:
    """Whether a name is absolute, or leaves the folder with ``..``."""
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" and name != "":
        return True
    return ".." in (part.rstrip(" ") for part in parts) or bool(re.match(r"[A-Za-z]:", name))


def _find_ambiguity(name: str) -> Issue | None:
    """Return why tools unpack the name to another path than the written one."""
    code = "path.ambiguous"
    if not name.strip("/"):
        return Issue(code, "empty")
    parts = name.removesuffix("/").split("/")
    if "" in parts:
        return Issue(code, "empty-part")
    if "." in parts:
        return Issue(code, "dot")
    for part in parts:
        if part != part.rstrip(". "):
            return Issue(code, "trailing", {"part": quote_name(part)})
    head, semicolon, tail = parts[-1].rpartition(";")
    if semicolon and head and _VMS_VERSION.fullmatch(semicolon + tail):
        return Issue(code, "vms-version", {"part": quote_name(semicolon + tail)})
    return None


def _find_unportable(name: str) -> Issue | None:
    """Return why some system cannot store the relative path ``name``, or stores it under another name."""
    code = "path.not-portable"
    if not name.isascii() or not name.isprintable():
        for character in name:
            if not _is_portable(character):
                return Issue(code, _character_variant(character), {"character": ord(character)})
        if (invisible := find_invisible(name)) is not None:
            return Issue(code, "invisible", {"character": ord(invisible[1])})
    if match := _FORBIDDEN.search(name):
        return Issue(code, "forbidden", {"sign": repr(match[0])})
    encoded = name.encode("utf-8", "surrogatepass")
    if len(encoded) > MAX_NAME_BYTES:
        return Issue(code, "too-long", {"length": len(encoded), "limit": MAX_NAME_BYTES})
    if name.count("/") > MAX_PATH_DEPTH:
        return Issue(code, "too-deep", {"length": name.count("/"), "limit": MAX_PATH_DEPTH})
    longest = max(encoded.split(b"/"), key=len)
    if len(longest) > MAX_PART_BYTES:
        return Issue(code, "part-too-long", {"length": len(longest), "limit": MAX_PART_BYTES})
    part = _device_in(name)
    return Issue(code, "device", {"part": quote_name(part)}) if part else None


def _device_in(name: str) -> str:
    """Return the part of a path that is a device on Windows, or ``""``."""
    for part in name.removesuffix("/").split("/"):
        if _DEVICE.fullmatch(part):
            return part
    return ""


def _is_portable(character: str) -> bool:
    if " " <= character <= "~":
        return True
    code = ord(character)
    if any(first <= code <= last for first, last in _LATER_SYMBOLS):
        return True
    return (
        character not in _INVISIBLE and unicode_3_2.category(character) not in _REFUSED_CATEGORIES
    )


def _character_variant(character: str) -> str:
    category = unicode_3_2.category(character)
    if character in _INVISIBLE or category in ("Cc", "Cf", "Zl", "Zp"):
        return "invisible"
    if character in _LATER_CONTROLS:
        return "invisible"
    return "surrogate" if category == "Cs" else "unassigned"


def collision_key(name: str) -> str:
    """Return the same text for all names that some system treats as one: case, Unicode form, escapes."""
    if name.isascii() and "#" not in name:
        return name.lower()
    if "#" in name:
        name = _ESCAPED.sub(_unescaped, name)
    # Twice, because folding can undo the normalization and the other way round.
    name = name.translate(_COMPARED_AS)
    once = unicode_3_2.normalize("NFD", name).upper().casefold()
    return unicode_3_2.normalize("NFD", once).casefold()


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if 0x80 <= code < 0x110000 else match[0]


def quote_name(name: str) -> str:
    """Return a name for messages: quoted, escaped, and at most one line long."""
    return repr(name) if len(name) <= 120 else f"{name[:100]!r}…"
