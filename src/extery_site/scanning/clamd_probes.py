"""Files that show what clamd finds and how it treats its limits, which its protocol does not tell."""

from __future__ import annotations

import io
import zipfile
from functools import cache

#: clamd's default ``MaxRecursion`` is 17, and each level costs it open files and memory.
PROBE_DEPTH = 101


def eicar() -> bytes:
    """Return the harmless file of EICAR, 68 bytes, which every virus scanner reports by agreement."""
    # In two halves: the whole text in a file would put the checkout into quarantine.
    return rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@cache
def too_deep_archive() -> bytes:
    """Return a zip in a zip, and so on, `PROBE_DEPTH` levels deep: 10 kB, of which clamd reads the first levels."""
    content = b""
    for _ in range(PROBE_DEPTH):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(zipfile.ZipInfo("0"), content)
        content = buffer.getvalue()
    return content


class Zeros:
    """A stream of zeros, which takes no memory."""

    def __init__(self, size: int) -> None:
        """``size``: bytes of the stream."""
        self._rest = size

    def read(self, size: int, /) -> bytes:
        size = min(size, self._rest)
        self._rest -= size
        return bytes(size)
