"""Source folders made from the examples of rules."""

from __future__ import annotations

import random
import re
import struct
from pathlib import Path

from extery.rules.examples import example_files
from tests.samples.packages import packed, wheel

#: The first bytes of compiled modules, by their suffix.
_MAGIC = {".so": b"\x7fELF\x02\x01\x01", ".pyd": b"MZ\x90\x00", ".dylib": b"\xcf\xfa\xed\xfe"}
_PROGRAM = "A program of Linux would be here."
_SIZE = re.compile(r"(\d+) MB would be here\.")
_EMPTY = re.compile(r"(\d+) MB of empty space would be here\.")
_IMAGE = re.compile(r"An image of (\d+) by (\d+) pixels would be here\.")


def png_header(width: int, height: int) -> bytes:
    """Return the beginning of a PNG image, which says its size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def write_example(text: str, folder: Path) -> Path:
    """Write the files of an example to ``folder``; what is compiled or packed is made from its name."""
    for name, body in example_files(text).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_content(path, body))
    return folder


def _content(path: Path, body: str) -> bytes:
    if path.suffix == ".whl":
        name = "-".join(path.stem.split("-")[:2])
        return wheel(name, metadata=body.strip()) if body.strip() else wheel(name)
    if body.strip() == _PROGRAM:
        return _MAGIC[".so"] + bytes(64)
    if size := _SIZE.fullmatch(body.strip()):
        return random.Random(1).randbytes(int(size[1]) * 1_000_000)
    if size := _EMPTY.fullmatch(body.strip()):
        return packed(("empty.bin", bytes(int(size[1]) * 1_000_000)))
    if size := _IMAGE.fullmatch(body.strip()):
        return png_header(int(size[1]), int(size[2]))
    if not body.strip() and path.suffix == ".zip":
        return packed(("inside.txt", b"text\n"))
    if magic := _MAGIC.get(path.suffix):
        return magic + bytes(64)
    return re.sub(r"\n+\Z", "\n", body).encode()
