"""Try a clamd: whether it finds something, and whether its limits fit to a site."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from extery.core.files import format_size
from extery_site.scanning.clamd import Clamd, ScannerUnavailable
from extery_site.scanning.clamd_probes import eicar


@dataclass(frozen=True)
class Finding:
    """What was tried, and what to do if it is not as it should be."""

    text: str
    advice: str = ""

    @property
    def is_right(self) -> bool:
        return not self.advice


def check_clamd(clamd: Clamd, *, max_upload: int) -> Iterator[Finding]:
    """Yield findings about a clamd for packages up to ``max_upload`` bytes; the last one may be why there are no more."""
    try:
        yield Finding(f"clamd answers: {clamd.version()}")
        yield _finds_eicar(clamd)
        yield _reads(clamd, max_upload)
    except ScannerUnavailable as error:
        yield Finding("no verdict", str(error))


def _finds_eicar(clamd: Clamd) -> Finding:
    verdict = clamd.scan(io.BytesIO(eicar()))
    if verdict.kind == "infected":
        return Finding(f"it finds EICAR's test file: {verdict.signature}")
    return Finding("it does not find EICAR's test file", "give it signatures, with freshclam")


def _reads(clamd: Clamd, size: int) -> Finding:
    text = f"files of {format_size(size)}"
    if clamd.reads(size):
        return Finding(f"it reads {text} and reports those over its limits")
    return Finding(
        f"it does not read {text}, which users can upload",
        f"set StreamMaxLength and MaxFileSize in clamd.conf to more than {size} bytes",
    )
