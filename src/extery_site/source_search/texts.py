"""Which files of a package are texts, and how large they may be.

Files are hostile: a text is decoded only below a size, and a budget limits all texts of a package.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

MAX_FILES = 3_000
#: Bytes of a text; Python files may be larger, so that a long comment hides no code.
MAX_TEXT_BYTES = 500_000
MAX_PYTHON_BYTES = 2_000_000
#: Bytes of all texts of a package.
MAX_TEXTS_BYTES = 24 << 20
#: Seconds in which a package is read.
MAX_SECONDS = 60.0


def is_python(name: str) -> bool:
    """Whether Blender can import a file by its name."""
    return name.lower().endswith((".py", ".pyw"))


def max_bytes(name: str) -> int:
    """Return the largest size of a file that is read as text."""
    return MAX_PYTHON_BYTES if is_python(name) else MAX_TEXT_BYTES


def decode(data: bytes, *, python: bool = False) -> str | None:
    """Return the text without byte order mark, its lines ending with line feeds; ``None`` for a binary.

    Python files in other encodings than UTF-8 are read as Latin-1: their ASCII characters stay.
    """
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if not python:
            return None
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n")


@dataclass
class Budget:
    """What may still be read of a package."""

    bytes: int = MAX_TEXTS_BYTES
    ends: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.ends

    def spend(self, size: int) -> bool:
        """Take ``size`` bytes; whether they were left."""
        if self.is_late or size > self.bytes:
            return False
        self.bytes -= size
        return True
