"""Valid inputs from the samples, from cases beside the checkout, and from the corpus if set."""

from __future__ import annotations

import os
from pathlib import Path

from tests.parts import ROOT
from tests.samples import GOOD, MANIFESTS

_CASES = ROOT.parent / "shared" / "cases"
_MAX_BYTES = 100_000


def beside(pattern: str) -> tuple[bytes, ...]:
    """Return the files of cases beside the checkout, if there are any."""
    return _read(_CASES, pattern)


def extra(pattern: str, *, limit: int = 60) -> tuple[bytes, ...]:
    """Return files of the corpus for long runs, if ``EXTERY_CORPUS`` is set."""
    folder = os.environ.get("EXTERY_CORPUS")
    return _read(Path(folder), f"**/{pattern}", limit) if folder else ()


def manifests() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in (GOOD, *MANIFESTS.values()))


def _read(folder: Path, pattern: str, limit: int = 60) -> tuple[bytes, ...]:
    found = sorted(path for path in folder.glob(pattern) if path.is_file())[:limit]
    return tuple(path.read_bytes() for path in found if path.stat().st_size <= _MAX_BYTES)
