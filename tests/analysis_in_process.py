"""Analysis of small sources in the process of the tests.

A child process for each upload would take minutes of all tests of the site together. `tests/analysis` tests the child
processes, and sources that are not small still get one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import pytest

from extery.analysis.facts import ModuleFacts
from extery.analysis.module import Python, analyze
from extery.analysis.pool import Limits, Source, analyze_all

#: Bytes of all sources together; nothing so small takes long to parse.
SMALL = 20_000


@contextmanager
def small_sources_here() -> Iterator[None]:
    """Analyse small sources without a child process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("extery.rules.sources.analyze_all", analyze_here)
        patch.setattr("extery.inventory.read.analyze_all", analyze_here)
        yield


def analyze_here(
    sources: Sequence[Source],
    pythons: Sequence[Python],
    limits: Limits,
    *,
    wanted: Collection[str] = (),
    declarations: bool = False,
) -> list[ModuleFacts]:
    """Do what `analyze_all` does, without a child process for small sources."""
    if sum(source.size for source in sources) > SMALL:
        return analyze_all(sources, pythons, limits, wanted=wanted, declarations=declarations)
    return [_analyze(source, pythons, wanted, declarations=declarations) for source in sources]


def _analyze(
    source: Source, pythons: Sequence[Python], wanted: Collection[str], *, declarations: bool
) -> ModuleFacts:
    try:
        data = source.read(SMALL)
    except OSError:
        return ModuleFacts(source.path, "unreadable")
    return analyze(source.path, data, pythons, wanted, declarations=declarations)
