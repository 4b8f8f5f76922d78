"""Mutations of names: spellings that some reader takes for another member."""

from __future__ import annotations

import random
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator

from tests.zips.structure import Archive, Central, Local

UTF8_FLAG = 0x800

_EVIL = b"# not what was reviewed\n"


def _insert_before_last(text: str) -> Callable[[str], str]:
    def change(name: str) -> str:
        folder, slash, last = name.rpartition("/")
        return f"{folder}{slash}{text}{last}"

    return change


def _dos(name: str) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.partition(".")
    return f"{folder}{slash}{stem[:6].upper()}~1{dot}{ending[:3].upper()}"


#: Other spellings of a name; those of the first group often mean the same file.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "./x": lambda n: f"./{n}",
    "a/./x": _insert_before_last("./"),
    "a//x": _insert_before_last("/"),
    "/x": lambda n: f"/{n}",
    "//x": lambda n: f"//{n}",
    "../x": lambda n: f"../{n}",
    "y/../x": _insert_before_last("y/../"),
    "C:x": lambda n: f"C:{n}",
    "C:/x": lambda n: f"C:/{n}",
    "x.": lambda n: f"{n}.",
    "x blank": lambda n: f"{n} ",
    "blank x": lambda n: f" {n}",
    "folder blank": lambda n: n.replace("/", " /", 1) if "/" in n else f"{n} ",
    "folder dot": lambda n: n.replace("/", "./", 1) if "/" in n else f"{n}.",
    "x/": lambda n: f"{n}/",
    "x/.": lambda n: f"{n}/.",
    "x/..": lambda n: f"{n}/..",
    "no end slash": lambda n: n.rstrip("/"),
    "upper": str.upper,
    "swapcase": str.swapcase,
    "kelvin": lambda n: n.replace("k", "\u212a").replace("s", "\u017f"),
    "dotless i": lambda n: n.replace("i", "\u0131"),
    "sharp s": lambda n: n.replace("ss", "ß").replace("ß", "ẞ"),
    "NFD": lambda n: unicodedata.normalize("NFD", n.replace("e", "é", 1)),
    "NFC": lambda n: unicodedata.normalize("NFC", n.replace("e", "é", 1)),
    "NFKC": lambda n: n.replace("ge", "ｇｅ"),
    "backslash": lambda n: n.replace("/", "\\") if "/" in n else f"data\\{n}",
    "8.3": _dos,
    "x;1": lambda n: f"{n};1",
    "x;": lambda n: f"{n};",
    "x;123/": lambda n: n.replace("/", ";1/", 1) if "/" in n else f"{n};12",
    "NUL": lambda n: f"{n}\0",
    "NUL tail": lambda n: f"{n}\0.txt",
    "NUL inside": lambda n: f"{n[:3]}\0{n[3:]}",
    "stream": lambda n: f"{n}::$DATA",
    "colon": lambda n: n.replace("e", ":", 1),
    "star": lambda n: n.replace("e", "*", 1),
    "newline": lambda n: f"{n}\n",
    "escape": lambda n: f"\x1b[2K{n}",
    "delete": lambda n: f"{n}\x7f",
    "soft hyphen": lambda n: n.replace("e", "\u00ade", 1),
    "zero width": lambda n: f"{n[:2]}\u200b{n[2:]}",
    "right to left": lambda n: f"\u202e{n}",
    "byte order mark": lambda n: f"\ufeff{n}",
    "line separator": lambda n: f"{n}\u2028",
    "no-break": lambda n: f"{n}\u00a0",
    "one dot": lambda _n: ".",
    "two dots": lambda _n: "..",
    "slash": lambda _n: "/",
    "empty": lambda _n: "",
    "con": _insert_before_last("con/"),
    "aux.py": lambda n: f"{n.rpartition('/')[0]}/aux.py".lstrip("/"),
    "com¹": lambda n: f"{n.rpartition('/')[0]}/COM¹.txt".lstrip("/"),
    "conin$": lambda n: f"{n.rpartition('/')[0]}/CONIN$".lstrip("/"),
    "clock$": lambda n: f"{n.rpartition('/')[0]}/CLOCK$".lstrip("/"),
    "tilde": lambda n: f"~/{n}",
    "dash": lambda n: f"-{n}",
    "long": lambda n: f"{'x' * 300}/{n}",
    "long step": lambda n: f"{'x' * 240}{n.replace('/', '_')}",
    "deep": lambda n: "d/" * 120 + n,
    "below a file": lambda n: f"__init__.py/{n}",
    "manifest": lambda _n: "blender_manifest.toml",
    "manifest below": lambda n: f"{n.partition('/')[0]}/blender_manifest.toml",
    "hidden manifest": lambda _n: ".hidden/blender_manifest.toml",
    "surrogate": lambda n: f"{n}\ud800",
}

#: Encodings of names, and whether the UTF-8 flag is set.
ENCODINGS: dict[str, Callable[[str], tuple[bytes, bool]]] = {
    "utf-8": lambda n: (n.encode("utf-8", "surrogatepass"), True),
    "utf-8 unflagged": lambda n: (n.encode("utf-8", "surrogatepass"), False),
    "cp437": lambda n: (n.encode("cp437", "replace"), False),
    "latin-1": lambda n: (n.encode("latin-1", "replace"), False),
    "latin-1 flagged": lambda n: (n.encode("latin-1", "replace"), True),
}


def _encode(text: str, rng: random.Random) -> tuple[bytes, bool, str]:
    if text.isascii():
        flagged = rng.random() < 0.2
        return text.encode(), flagged, "flagged" if flagged else "ascii"
    how = rng.choice(("utf-8", "utf-8", "utf-8", *ENCODINGS))
    return *ENCODINGS[how](text), how


def text_of(record: Central | Local) -> str:
    return record.name.decode("utf-8" if record.flags & UTF8_FLAG else "cp437", "replace")


def _set(record: Central | Local, name: bytes, flagged: bool) -> None:
    record.name = name
    record.flags = record.flags | UTF8_FLAG if flagged else record.flags & ~UTF8_FLAG


def rename(archive: Archive, rng: random.Random) -> str:
    """Change the spelling of a name in one or both headers, or give a member the name of another."""
    entry, local = rng.choice(archive.pairs())
    spelling = rng.choice([*SPELLINGS, "other member", "flag only"])
    if spelling == "other member":
        text = text_of(rng.choice(archive.entries))
    else:
        text = SPELLINGS.get(spelling, str)(text_of(entry))
    name, flagged, how = _encode(text, rng)
    if spelling == "flag only":
        name, flagged, how = entry.name, not entry.flags & UTF8_FLAG, ""
    where = rng.choice(("both", "both", "both", "central", "local"))
    if where != "local":
        _set(entry, name, flagged)
    if where != "central":
        _set(local, name, flagged)
    return f"rename {spelling} {how} {where} {text[:40]!r}"


def add_variant(archive: Archive, rng: random.Random) -> str:
    """Add a member with another spelling of an existing name, and other contents."""
    original = rng.choice(archive.entries)
    spelling = rng.choice([*SPELLINGS, "same"])
    text = SPELLINGS.get(spelling, str)(text_of(original))
    name, flagged, how = _encode(text, rng)
    data = b"" if text.endswith("/") and rng.random() < 0.8 else _EVIL
    entry = add_member(archive, name, data, flagged=flagged)
    entry.made_by, entry.external = original.made_by, original.external
    if rng.random() < 0.3:
        archive.entries.insert(rng.randrange(len(archive.entries)), archive.entries.pop())
    return f"add {spelling} {how} {text[:40]!r}"


def spelled(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each spelling alone and beside the original name, at the root and in a folder."""
    for spelling, change in SPELLINGS.items():
        for alone in (True, False):
            # Without its __init__.py an add-on would be refused for that.
            for number in (2, 3) if alone else (1, 3):
                archive = Archive.parse(data)
                entry, local = archive.pairs()[number]
                text = change(text_of(entry))
                name, flagged = text.encode("utf-8", "surrogatepass"), not text.isascii()
                if alone:
                    _set(entry, name, flagged)
                    _set(local, name, flagged)
                else:
                    add_member(archive, name, _EVIL, flagged=flagged)
                yield (
                    f"{spelling} {'alone' if alone else 'beside'} {text[:40]!r}",
                    archive.to_bytes(),
                )


def add_member(archive: Archive, name: bytes, data: bytes, *, flagged: bool = False) -> Central:
    """Append a valid stored member."""
    flags, crc, size = UTF8_FLAG if flagged else 0, zlib.crc32(data), len(data)
    local = Local(20, flags, 0, 0, 0x5A6E, crc, size, size, name, b"", data)
    entry = Central(
        (3 << 8) | 20, 20, flags, 0, 0, 0x5A6E, crc, size, size, 0, 0, 0o100644 << 16, name, b"", b"", local
    )  # fmt: skip
    archive.locals.append(local)
    archive.entries.append(entry)
    return entry


def unicode_path(name: bytes, path: str, *, crc: int | None = None, version: int = 1) -> bytes:
    """The extra field 0x7075 that gives a member with that raw name another one."""
    encoded = path.encode("utf-8", "surrogatepass")
    crc = zlib.crc32(name) if crc is None else crc
    return struct.pack("<HHBL", 0x7075, 5 + len(encoded), version, crc) + encoded
