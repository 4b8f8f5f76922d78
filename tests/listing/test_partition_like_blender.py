"""What a partitioned listing gives to each system by Blender's filter, in list and installation."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extery.core.compatibility import System as Asking
from extery.core.platforms import KNOWN
from extery.listing.entries import Entry
from extery.listing.partition import partition
from tests.blender.oracle import System, compatible
from tests.listing.oracle import select
from tests.listing.test_partition import BLENDERS, folders
from tests.parts import require_part
from tests.sampled import some_blenders

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", some_blenders())]

SYSTEMS: list[System] = [
    (blender, platform, python)
    for blender in BLENDERS
    for platform in KNOWN
    for python in ((3, 11, 9), (3, 13, 1))
]


def newest_compatible(entries: list[Entry], system: System) -> str | None:
    """Return the newest compatible version, without a partition."""
    blender, platform, python = system
    chosen = select(entries, Asking(blender, platform, f"{python[0]}.{python[1]}"))
    return chosen[0]["version"] if chosen else None


@given(st.lists(folders(), min_size=20, max_size=40))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_blender_shows_and_installs_the_newest_compatible_version(
    version: str, cases: list[list[Entry]]
) -> None:
    require_part(f"blender-{version}")
    listings = [partition(entries).entries for entries in cases]

    answers = compatible(version, listings, SYSTEMS)

    for entries, listing, places in zip(cases, listings, answers, strict=True):
        for system, found in zip(SYSTEMS, places, strict=True):
            expected = newest_compatible(entries, system)
            # An installation takes the first compatible entry, the list of extensions shows the last.
            first = listing[found[0]]["version"] if found else None
            last = listing[found[-1]]["version"] if found else None
            assert (first, last, len(found)) == (expected, expected, int(expected is not None))


def test_without_partition_blender_accepts_two_versions(version: str) -> None:
    require_part(f"blender-{version}")
    entries: list[Entry] = [
        {"id": "gear_tool", "version": text, "blender_version_min": "4.2.0"}
        for text in ("1.0.0", "2.0.0")
    ]

    [[found]] = compatible(version, [entries], SYSTEMS[:1])

    assert found == [0, 1]
