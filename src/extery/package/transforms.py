"""Changes to files on their way into a package."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Transform(NamedTuple):
    """``apply`` returns the changed content; the same ``id`` and content give the same result on every machine."""

    id: str
    apply: Callable[[bytes], bytes]
