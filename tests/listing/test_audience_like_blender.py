"""The audience of an entry against Blender's own filter, also for invalid values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extery.blenders.releases import RELEASES
from extery.core.compatibility import System
from extery.listing.audience import audience_of
from extery.listing.entries import Entry
from tests.blender import oracle
from tests.parts import require_part

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", RELEASES)]

SYSTEMS: list[oracle.System] = [
    (blender, platform, python)
    for blender in ((4, 1, 9), (4, 2, 0), (4, 2, 3), (4, 5, 0), (5, 0, 0), (5, 3, 1))
    for platform in ("linux-x64", "macos-arm64", "Linux-x64")
    for python in ((3, 11, 7), (3, 13, 0), (2, 7, 18))
]
BLENDERS = ["4.2.0", "4.2", "4.2.3.9", "5", "5.0.0", "4.5.1", "0.0.0", "٤.2.0"]
PLATFORMS = ["linux-x64", "macos-arm64", "windows-x64", "linux-x6", " "]
PYTHONS: list[Any] = ["3", "3.11", "3.13", "3.1", "2.7", "3.11.7", "", "3.", ".11", "3.11 ", "x"]
#: Values that Blender reports as errors and then ignores.
INVALID: list[Any] = [[3.11], ["3.13", 3], "3.11", {"3.11": True}, 3]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    item: Entry = {
        "id": "gear_tool",
        "type": "add-on",
        "blender_version_min": draw(st.sampled_from(BLENDERS)),
    }
    if draw(st.booleans()):
        item["blender_version_max"] = draw(st.sampled_from(BLENDERS))
    if draw(st.booleans()):
        item["platforms"] = draw(st.lists(st.sampled_from(PLATFORMS), max_size=3))
    if draw(st.booleans()):
        pythons = st.lists(st.sampled_from(PYTHONS), max_size=3) | st.sampled_from(INVALID)
        item["python_versions"] = draw(pythons)
    return item


@given(st.lists(entries(), min_size=50, max_size=200))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_entry_fits_the_systems_that_blenders_filter_accepts(
    version: str, items: list[Entry]
) -> None:
    require_part(f"blender-{version}")
    [answers] = oracle.compatible(version, [items], SYSTEMS, ignore_errors=True)

    audiences = [audience_of(item) for item in items]
    for (blender, platform, python), fitting in zip(SYSTEMS, answers, strict=True):
        system = System(blender, platform, f"{python[0]}.{python[1]}")
        expected = [n for n, audience in enumerate(audiences) if audience.fits(system)]
        assert fitting == expected, system


def test_blender_0_0_0_is_an_unknown_blender(version: str) -> None:
    require_part(f"blender-{version}")
    item: Entry = {"id": "gear_tool", "type": "add-on", "blender_version_min": "4.2.0"}

    [[fitting]] = oracle.compatible(version, [[item]], [((0, 0, 0), "linux-x64", (3, 11, 7))])

    assert bool(fitting) == audience_of(item).fits(System.parse("0.0.0", "linux-x64", "3.11.7"))
