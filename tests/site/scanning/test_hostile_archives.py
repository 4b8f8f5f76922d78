"""Hostile packages are found out in their process, within its limits, and leave nothing behind."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.isolation.processes import processes_below
from extery_site.project.isolation import isolation
from extery_site.scanning.package_check import check_package
from tests.isolated_in_process import really_isolated
from tests.sampled import some_names
from tests.site.scanning.hostile_archives import HOSTILE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")
QUICK = [name for name, hostile in HOSTILE.items() if not hostile.slow]
SLOW = [name for name, hostile in HOSTILE.items() if hostile.slow]


@pytest.fixture(scope="module", autouse=True)
def _isolated() -> Iterator[None]:
    isolation.cache_clear()
    with really_isolated():
        yield
    isolation().close()
    isolation.cache_clear()


def is_found_and_left_nothing(name: str) -> bool:
    """Check a hostile package; return whether a problem names it. Its process and files are gone."""
    hostile = HOSTILE[name]
    template = isolation()._running()
    below = processes_below(template.process.pid).keys()
    found = check_package(io.BytesIO(hostile.make()), "gears.zip")
    codes = {problem.code for problem in found.problems}
    assert "package.unexpected" not in codes
    assert found.peak_memory < 400_000_000
    assert isolation()._running() is template
    assert processes_below(template.process.pid).keys() == below
    assert not template.folder or not list(Path(template.folder).iterdir())
    return not hostile.codes or bool(codes.intersection(hostile.codes))


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_package_is_found_out(name: str) -> None:
    assert is_found_and_left_nothing(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", some_names(SLOW, 2))
def test_a_large_hostile_package_is_found_out(name: str) -> None:
    assert is_found_and_left_nothing(name)
