"""What is known of an installed package. The journal, the records and lock files store it."""

from __future__ import annotations

from typing import NamedTuple


class PackageState(NamedTuple):
    """An installed package: what its manifest and the record of its installation state.

    ``sha256`` and ``source`` (the URL it came from) are empty for a package that something else has installed.
    """

    version: str
    sha256: str = ""
    size: int = 0
    source: str = ""
