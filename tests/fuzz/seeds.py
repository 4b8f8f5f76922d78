"""Good inputs from the samples, the made cases beside the checkout, and the corpus if one is set."""

from __future__ import annotations

import os
from pathlib import Path

from tests.parts import ROOT
from tests.samples import GOOD, MANIFESTS

_CASES = ROOT.parent / "shared" / "cases"
_MAX_BYTES = 100_000


def beside(pattern: str) -> tuple[bytes, ...]:
    """Files of the cases beside the checkout; none where there are no cases."""
    return _read(_CASES, pattern)


def extra(pattern: str) -> tuple[bytes, ...]:
    """Files of the corpus, if ``EXTERY_CORPUS`` names one: for long runs."""
    folder = os.environ.get("EXTERY_CORPUS")
    return _read(Path(folder), f"**/{pattern}") if folder else ()


def manifests() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in (GOOD, *MANIFESTS.values()))


def _read(folder: Path, pattern: str) -> tuple[bytes, ...]:
    found = sorted(path for path in folder.glob(pattern) if path.is_file())[:60]
    return tuple(path.read_bytes() for path in found if path.stat().st_size <= _MAX_BYTES)
