"""Each system gets each id once, in its newest compatible version."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from extery.core.compatibility import Audience, System
from extery.core.platforms import KNOWN
from extery.core.versions import BlenderVersion
from extery.listing.audience import audience_of
from extery.listing.entries import Entry
from extery.listing.partition import partition
from tests.listing.oracle import select
from tests.samples.entries import short_entry


def ranges(entries: list[Entry]) -> list[tuple[str, str, str | None]]:
    return [(e["version"], e["blender_version_min"], e.get("blender_version_max")) for e in entries]


def test_an_older_version_keeps_the_blenders_that_the_newer_one_does_not_support() -> None:
    divided = partition([short_entry("1.0.0"), short_entry("2.0.0", "5.0.0")])

    assert ranges(divided.entries) == [("2.0.0", "5.0.0", None), ("1.0.0", "4.2.0", "5.0.0")]


def test_an_older_version_without_audience_is_left_out() -> None:
    assert ranges(partition([short_entry("1.0.0"), short_entry("1.1.0")]).entries) == [
        ("1.1.0", "4.2.0", None)
    ]


def test_an_older_version_is_listed_twice_around_a_newer_one() -> None:
    divided = partition([short_entry("1.0.0"), short_entry("2.0.0", "4.4.0", "5.0.0")])

    assert ranges(divided.entries) == [
        ("2.0.0", "4.4.0", "5.0.0"),
        ("1.0.0", "4.2.0", "4.4.0"),
        ("1.0.0", "5.0.0", None),
    ]


def test_a_single_version_is_unchanged() -> None:
    item = short_entry("1.0.0", platforms=["amiga-68k"], python_versions=["3"])

    assert partition([item]).entries == [item]


def test_packages_of_one_version_for_several_platforms_are_unchanged() -> None:
    entries = [
        short_entry("1.0.0", archive_url=f"./{name}.zip", platforms=[name])
        for name in ("linux-x64", "windows-x64")
    ]

    assert partition(entries).entries == entries


def test_the_other_platforms_keep_the_older_version() -> None:
    divided = partition([short_entry("1.0.0"), short_entry("2.0.0", platforms=["linux-x64"])])

    [newer, older] = divided.entries
    assert newer["platforms"] == ["linux-x64"]
    assert older["platforms"] == sorted(set(KNOWN) - {"linux-x64"})
    assert [item["version"] for item in divided.lost] == ["1.0.0"]


def test_the_result_does_not_depend_on_the_order_of_entries() -> None:
    entries = [short_entry("1.0.0"), short_entry("2.0.0", "4.4.0"), short_entry("1.5.0", "4.3.0")]

    assert partition(entries) == partition(reversed(entries))


BLENDERS: list[BlenderVersion] = [(4, 2, n) for n in (0, 5)] + [
    (4, 3, 0), (4, 4, 9), (4, 5, 0), (5, 0, 0), (5, 1, 3), (6, 0, 0)
]  # fmt: skip
PLATFORMS = ["linux-x64", "windows-x64", "macos-arm64"]
SYSTEMS = [
    System(blender, platform, python)
    for blender in BLENDERS
    for platform in (*PLATFORMS, "macos-x64")
    for python in ("3.11", "3.13")
]
PYTHON_SETS = [None, ["3"], ["3.11"], ["3.13"], ["3.11", "3.13"]]


@st.composite
def folders(draw: st.DrawFn) -> list[Entry]:
    """Several packages of one extension."""
    entries = []
    for number in range(draw(st.integers(1, 6))):
        low = draw(st.sampled_from(BLENDERS))
        high = draw(st.none() | st.sampled_from([b for b in BLENDERS if b > low] or [None]))
        more: dict[str, Any] = {"archive_url": f"./{number}.zip"}
        if chosen := draw(st.lists(st.sampled_from(PLATFORMS), unique=True)):
            more["platforms"] = chosen
        if pythons := draw(st.sampled_from(PYTHON_SETS)):
            more["python_versions"] = pythons
        version = draw(st.sampled_from(["1.0.0", "1.1.0", "1.10.0-beta", "1.10.0", "2.0.0"]))
        top = ".".join(map(str, high)) if high else None
        entries.append(short_entry(version, ".".join(map(str, low)), top, **more))
    return entries


@given(folders())
@settings(max_examples=400)
def test_every_named_system_gets_exactly_its_newest_compatible_version(
    entries: list[Entry],
) -> None:
    divided = [(item["version"], audience_of(item)) for item in partition(entries).entries]
    for system in SYSTEMS:
        expected = [item["version"] for item in select(entries, system)[:1]]
        assert [version for version, audience in divided if audience.fits(system)] == expected


@given(folders())
def test_an_unnamed_platform_gets_at_most_one_version_and_lost_ones_are_reported(
    entries: list[Entry],
) -> None:
    divided = partition(entries)
    for blender in BLENDERS:
        system = System(blender, "beos-x64", "3.11")
        wanted = {item["version"] for item in select(entries, system)}
        compatible = [i["version"] for i in divided.entries if audience_of(i).fits(system)]
        assert len(compatible) <= 1
        missing = wanted - set(compatible)
        assert missing <= {item["version"] for item in divided.lost}


@given(folders())
@settings(max_examples=200)
def test_an_entry_loses_exactly_the_audience_of_newer_versions(
    entries: list[Entry],
) -> None:
    whole = {item["archive_url"]: audience_of(item) for item in entries}
    divided = partition(entries).entries
    for number, item in enumerate(divided):
        audience = audience_of(item)
        assert whole[item["archive_url"]].contains(audience)
        assert not any(audience.overlaps(audience_of(other)) for other in divided[:number])
    left: list[Audience] = list(whole.values())
    for item in divided:
        left = [rest for one in left for rest in one.subtract(audience_of(item))]
    # A listing cannot name unknown platforms and Pythons: only those may be lost.
    named = {platform for one in whole.values() for platform in one.platforms.names} | {*KNOWN}
    for rest in left:
        systems = (System(rest.blender.minimum, p, f"3.{n}") for p in named for n in range(10, 20))
        assert not any(rest.fits(system) for system in systems)
