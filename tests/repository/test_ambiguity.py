"""`find_clashes` finds exactly the entries that overlap for some system."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extery.listing.entries import Entry
from extery.listing.partition import partition
from extery.repository.ambiguity import find_clashes
from tests.samples.entries import short_entry

BORDERS = ["4.2.0", "4.2.3", "4.4.0", "5.0.0"]
PLATFORMS = ["linux-x64", "windows-x64", "beos-x86"]
PYTHONS = ["3", "3.11", "3.13"]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    low, high = sorted(
        draw(st.lists(st.sampled_from(BORDERS), min_size=2, max_size=2, unique=True))
    )
    fields: dict[str, Any] = {"blender_version_min": low}
    if draw(st.booleans()):
        fields["blender_version_max"] = high
    for key, values in (("platforms", PLATFORMS), ("python_versions", PYTHONS)):
        if chosen := draw(st.lists(st.sampled_from(values), max_size=2, unique=True)):
            fields[key] = chosen
    return short_entry(draw(st.sampled_from(["1.0.0", "2.0.0", "3.0.0"])), **fields)  # fmt: skip


def test_two_versions_without_a_maximum_overlap() -> None:
    [clash] = find_clashes([short_entry(), short_entry("2.0.0", blender_version_min="4.4.0")])

    assert (clash.first, clash.second) == (0, 1)
    assert clash.system.blender == (4, 4, 0)


def test_the_example_is_a_system_that_exists() -> None:
    def example(**fields: Any) -> str:
        [clash] = find_clashes([short_entry(), short_entry("2.0.0", **fields)])
        return str(clash.system)

    assert example() == "Blender 4.2.0 on linux-x64 with Python 3.11"
    assert example(python_versions=["3.13"]) == "Blender 5.1.0 on linux-x64 with Python 3.13"
    assert example(platforms=["macos-x64"]) == "Blender 4.2.0 on macos-x64 with Python 3.11"
    assert example(blender_version_min="4.2.7") == "Blender 4.2.7 on linux-x64 with Python 3.11"


def test_an_example_that_only_others_have_leaves_out_what_nobody_has() -> None:
    [clash] = find_clashes(
        [
            short_entry(platforms=["beos-x86"], blender_version_min="9.0.0"),
            short_entry("2.0.0", blender_version_min="9.1.0"),
        ]
    )

    assert str(clash.system) == "Blender 9.1.0 on beos-x86"


def test_adjacent_ranges_do_not_overlap() -> None:
    assert not find_clashes(
        [
            short_entry(blender_version_max="4.4.0"),
            short_entry("2.0.0", blender_version_min="4.4.0"),
        ]
    )


def test_packages_for_different_platforms_or_pythons_do_not_overlap() -> None:
    assert not find_clashes(
        [short_entry(platforms=["linux-x64"]), short_entry(platforms=["windows-x64"])]
    )
    assert not find_clashes(
        [short_entry(python_versions=["3.11"]), short_entry(python_versions=["3.13"])]
    )
    assert find_clashes([short_entry(python_versions=["3.11"]), short_entry(python_versions=["3"])])
    assert find_clashes([short_entry(platforms=["linux-x64"]), short_entry()])


def test_different_ids_do_not_overlap() -> None:
    assert not find_clashes([short_entry(), short_entry(id="dusk")])


@given(st.lists(entries(), max_size=5))
def test_partitioned_entries_do_not_overlap(items: list[Entry]) -> None:
    named = [{**item, "archive_url": f"./{place}.zip"} for place, item in enumerate(items)]

    assert not find_clashes(partition(named).entries)


@given(entries(), entries())
def test_two_entries_overlap_if_blenders_platforms_and_pythons_overlap(
    one: Entry, other: Entry
) -> None:
    def platforms(item: Entry) -> set[str]:
        return set(item.get("platforms") or [*PLATFORMS, "another"])

    def pythons(item: Entry) -> set[str]:
        listed = set(item.get("python_versions") or ["3"])
        return listed | {"3.11", "3.13", "3.x"} if "3" in listed else listed

    start = max(one["blender_version_min"], other["blender_version_min"])
    end = min(one.get("blender_version_max", "9"), other.get("blender_version_max", "9"))
    meet = start < end and platforms(one) & platforms(other) and pythons(one) & pythons(other)

    assert bool(find_clashes([one, other])) == bool(meet)
