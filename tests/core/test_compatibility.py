"""Systems and audiences: the set operations, compared with every system of a small world."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.compatibility import (
    EVERY_BLENDER,
    EVERY_PYTHON,
    Audience,
    BlenderRange,
    NameSet,
    PythonSet,
    System,
    merge_ranges,
)
from extery.core.name_sets import EVERY_NAME, NO_NAME, union
from extery.core.system_classes import SystemClasses, SystemNormalizer
from extery.core.versions import BlenderVersion, format_blender_version

BLENDERS: list[BlenderVersion] = [(4, 2, 0), (4, 2, 7), (4, 5, 0), (5, 0, 0), (5, 3, 1)]
#: Ends of ranges: among the Blenders, before all, between two and after all of them.
ENDS: list[BlenderVersion] = [(0, 0, 0), *BLENDERS, (4, 3, 0), (9, 0, 0)]
PLATFORMS = ["linux-x64", "macos-arm64", "windows-x64"]
#: With one that no audience names.
EVERY_PLATFORM = [*PLATFORMS, "beos-x86"]
PYTHONS = ["3", "2", "3.11", "3.13", "2.7", "3.11.7", "4.0"]
EVERY_VERSION = ["3.11", "3.13", "3.1", "2.7", "2.6", "4.0", "4.1", "5.0"]
EVERYTHING = [System(*one) for one in product(BLENDERS, EVERY_PLATFORM, EVERY_VERSION)]

ranges = st.builds(BlenderRange, st.sampled_from(ENDS), st.none() | st.sampled_from(ENDS))
audiences = st.builds(
    lambda blender, platforms, pythons: Audience.of(blender, platforms=platforms, pythons=pythons),
    ranges,
    st.lists(st.sampled_from(PLATFORMS), unique=True),
    st.lists(st.sampled_from(PYTHONS), unique=True, max_size=3),
)


def systems_of(*many: Audience) -> set[System]:
    """The systems of the small world that one of the audiences fits."""
    return {system for system in EVERYTHING if any(one.fits(system) for one in many)}


def versions_of(*many: BlenderRange) -> set[BlenderVersion]:
    some: list[BlenderVersion] = [*BLENDERS, (4, 4, 9), (8, 0, 0)]
    return {version for version in some if any(one.has(version) for one in many)}


@given(audiences, audiences)
def test_an_intersection_fits_the_systems_that_both_fit(one: Audience, other: Audience) -> None:
    assert systems_of(one.intersect(other)) == systems_of(one) & systems_of(other)
    assert one.overlaps(other) == other.overlaps(one) == (not one.intersect(other).is_empty)
    if systems_of(one) & systems_of(other):
        assert one.overlaps(other)


@given(audiences, audiences)
def test_a_difference_fits_the_systems_of_the_first_alone_in_disjoint_parts(
    one: Audience, other: Audience
) -> None:
    parts = one.subtract(other)

    assert systems_of(*parts) == systems_of(one) - systems_of(other)
    assert all(not part.is_empty and one.contains(part) for part in parts)
    assert not any(part.overlaps(other) for part in parts)
    assert not any(a.overlaps(b) for n, a in enumerate(parts) for b in parts[:n])


@given(audiences, audiences)
def test_an_audience_contains_another_if_their_difference_is_empty(
    one: Audience, other: Audience
) -> None:
    if one.contains(other):
        assert systems_of(one) >= systems_of(other)
    else:
        assert other.subtract(one)
    assert one.contains(one.intersect(other))
    assert one.contains(one)


@given(audiences)
def test_an_empty_audience_fits_no_known_system(one: Audience) -> None:
    if one.is_empty:
        assert systems_of(one) == set()
        assert not one.overlaps(one)
    assert Audience().contains(one)
    assert Audience().fits(System())


@given(audiences, st.sampled_from(EVERYTHING))
def test_an_unknown_property_is_not_compared(one: Audience, system: System) -> None:
    assert one.fits(System())
    if one.fits(system):
        assert one.fits(system._replace(python=None))
        assert one.fits(System(platform=system.platform))
    parts = (system._replace(python=None, platform=None), System(platform=system.platform))
    known = (*parts, System(python=system.python))
    assert one.fits(system) == all(one.fits(part) for part in known)


@given(ranges, st.lists(ranges, max_size=4))
def test_ranges_are_subtracted_and_merged_exactly(
    one: BlenderRange, others: list[BlenderRange]
) -> None:
    left, merged = one.subtract(others), merge_ranges(others)

    assert versions_of(*left) == versions_of(one) - versions_of(*others)
    assert versions_of(*merged) == versions_of(*others)
    assert left == sorted(left) == merge_ranges(left)
    assert all(
        low.maximum is not None and low.maximum < high.minimum for low, high in pairwise(merged)
    )
    assert one.subtract(merged) == left


@given(ranges, ranges)
def test_a_range_contains_or_overlaps_another_as_its_versions_do(
    one: BlenderRange, other: BlenderRange
) -> None:
    assert versions_of(one.intersect(other)) == versions_of(one) & versions_of(other)
    assert one.contains(other) == (not other.subtract([one]))
    assert one.overlaps(other) == (not one.intersect(other).is_empty)


name_sets = st.builds(
    NameSet, st.frozensets(st.sampled_from(PLATFORMS)), is_complement=st.booleans()
)
python_sets = st.builds(
    PythonSet,
    st.builds(NameSet, st.frozensets(st.sampled_from(["2", "3"])), is_complement=st.booleans()),
    st.frozensets(st.sampled_from(["2.7", "3.11", "3.13", "4.0"])),
)


@given(name_sets, name_sets)
def test_sets_of_names_behave_as_sets(one: NameSet, other: NameSet) -> None:
    def names(of: NameSet) -> set[str]:
        return {name for name in EVERY_PLATFORM if of.has(name)}

    assert names(one.intersect(other)) == names(one) & names(other)
    assert names(one.subtract(other)) == names(one) - names(other)
    assert names(union([one, other])) == names(one) | names(other)
    assert one.overlaps(other) == bool(names(one) & names(other))
    assert one.contains(other) == (names(one) >= names(other))
    assert one.is_empty == (not names(one))
    assert one.is_all == (names(one) == set(EVERY_PLATFORM))


def test_the_union_of_no_sets_is_empty() -> None:
    assert union([]) == NO_NAME


@given(python_sets, python_sets)
def test_sets_of_pythons_behave_as_sets(one: PythonSet, other: PythonSet) -> None:
    def versions(of: PythonSet) -> set[str]:
        return {version for version in EVERY_VERSION if of.has(version)}

    assert versions(one.intersect(other)) == versions(one) & versions(other)
    assert versions(one.subtract(other)) == versions(one) - versions(other)
    assert one.overlaps(other) == bool(versions(one) & versions(other))
    assert one.contains(other) == (versions(one) >= versions(other))
    assert one.is_empty == (not versions(one))


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (["3.11"], ["3.11", "3.13"], True),
        (["3.11"], ["3.13"], False),
        (["3"], ["3.13"], True),
        (["3.1"], ["3.11"], False),
        ([], ["3.13"], True),
        (["3.11.7"], ["3"], False),
    ],
)
def test_python_versions_overlap_as_in_blender(
    one: list[str], other: list[str], overlap: bool
) -> None:
    first, second = Audience.of(pythons=one), Audience.of(pythons=other)

    assert first.overlaps(second) == second.overlaps(first) == overlap


@given(st.lists(audiences, min_size=1, max_size=4))
def test_systems_of_one_class_fit_the_same_audiences(many: list[Audience]) -> None:
    classes = SystemClasses(many, platforms=EVERY_PLATFORM, pythons=EVERY_VERSION)

    assert sorted(name for names in classes.platforms.values() for name in names) == sorted(
        EVERY_PLATFORM
    )
    for names in classes.platforms.values():
        for name in names:
            members = frozenset(n for n, one in enumerate(many) if one.platforms.has(name))
            assert classes.on_platform(names[0]) == members
    for versions in classes.pythons.values():
        for version in versions:
            members = frozenset(n for n, one in enumerate(many) if one.pythons.has(version))
            assert classes.with_python(versions[0]) == members
    assert len(classes) == len(classes.platforms) * len(classes.pythons)


@given(st.lists(audiences, max_size=4), st.sampled_from(EVERYTHING))
def test_a_normalized_system_fits_the_same_audiences(many: list[Audience], system: System) -> None:
    normalizer = SystemNormalizer(many)
    for asking in (system, System(python=system.python), System(system.blender)):
        normal = normalizer.normalize(asking)
        assert [one.fits(normal) for one in many] == [one.fits(asking) for one in many]
        assert normalizer.normalize(normal) == normal


def test_many_systems_have_few_normalized_systems() -> None:
    normalizer = SystemNormalizer([Audience.of(BlenderRange((5, 0, 0)), pythons=["3.11"])])
    systems = {
        normalizer.normalize(System((major, minor, 0), f"p{minor}", f"3.{minor}"))
        for major in range(3, 8)
        for minor in range(30)
    }

    assert len(systems) == 4


def test_a_system_is_parsed_as_blender_describes_itself() -> None:
    assert System.parse("4.2", "linux-x64", "3.11.7") == System((4, 2, 0), "linux-x64", "3.11")
    assert System.parse("", None, "") == System.parse() == System()
    assert System.parse("0.0.0", python="3") == System(None, None, "3.")
    assert Audience.of(pythons=["3"]).fits(System.parse(python="3"))
    with pytest.raises(ValueError, match="not a Blender version"):
        System.parse("new")


def test_a_system_is_printed_without_unknown_properties() -> None:
    assert str(System((4, 2, 0), "linux-x64", "3.11")) == (
        "Blender 4.2.0 on linux-x64 with Python 3.11"
    )
    assert str(System(platform="linux-x64")) == "Blender on linux-x64"


def test_empty_lists_mean_everything() -> None:
    assert Audience.of() == Audience() == (EVERY_BLENDER, EVERY_NAME, EVERY_PYTHON)
    assert EVERY_PYTHON.is_all
    assert not PythonSet.of(["3"]).is_all


def test_a_range_has_its_minimum_and_not_its_maximum() -> None:
    versions = BlenderRange.parse("4.2", "5.0.0")

    assert versions.has((4, 2, 0))
    assert versions.has((4, 5, 9))
    assert not versions.has((5, 0, 0))
    assert not versions.has((4, 1, 9))
    assert BlenderRange.parse("4.2.0", "") == BlenderRange((4, 2, 0))


def test_a_range_with_its_maximum_below_its_minimum_is_empty() -> None:
    backwards = BlenderRange((5, 0, 0), (4, 2, 0))

    assert backwards.is_empty
    assert not backwards.overlaps(BlenderRange((4, 0, 0)))
    assert not backwards.overlaps(EVERY_BLENDER)
    assert EVERY_BLENDER.subtract([backwards]) == [EVERY_BLENDER]
    assert merge_ranges([backwards]) == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("4", "4.0.0", "5.0.0"),
        ("4.2", "4.2.0", "4.3.0"),
        ("4.2.3", "4.2.3", "4.2.4"),
        ("4.2.3.1", "4.2.3", "4.2.4"),
    ],
)
def test_a_series_is_the_range_of_all_of_its_versions(text: str, low: str, high: str) -> None:
    assert BlenderRange.of_series(text) == BlenderRange.parse(low, high)


def test_ranges_are_printed_in_words() -> None:
    assert str(BlenderRange((4, 2, 0))) == "4.2.0 and newer"
    assert str(BlenderRange((4, 2, 0), (5, 0, 0))) == "4.2.0 up to, not including, 5.0.0"
    assert format_blender_version((4, 2, 12)) == "4.2.12"
