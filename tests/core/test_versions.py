"""Semantic versions, Blender versions and ranges."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.versions import (
    Version,
    parse_blender_version,
)

#: The example of semver.org, longer: each is lower than the next.
ASCENDING = [
    "0.0.1", "0.1.0", "0.9.9", "0.10.0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1",
    "1.0.0-alpha.beta", "1.0.0-alpha-1", "1.0.0-alphabet", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
    "1.0.0", "1.0.0+1", "1.0.0+build", "1.0.1", "2.0.0", "10.0.0", "100.0.0",
]  # fmt: skip

identifiers = st.text("0123456789abzAZ-", min_size=1, max_size=4).filter(
    lambda text: not (text.isdigit() and len(text) > 1 and text[0] == "0")
)
versions = st.builds(
    lambda numbers, pre, build: (
        ".".join(map(str, numbers))
        + (f"-{'.'.join(pre)}" if pre else "")
        + (f"+{'.'.join(build)}" if build else "")
    ),
    st.tuples(*[st.integers(0, 1200)] * 3),
    st.lists(identifiers, max_size=3),
    st.lists(identifiers, max_size=2),
)


def test_the_order_is_that_of_semver_org() -> None:
    for lower, higher in pairwise(ASCENDING):
        assert Version.parse(lower) < Version.parse(higher), (lower, higher)


@given(versions, versions)
def test_the_sort_key_orders_like_the_versions(one: str, other: str) -> None:
    first, second = Version.parse(one), Version.parse(other)

    assert (first.sort_key < second.sort_key) == (precedence(one) < precedence(other))
    assert set(first.sort_key) <= set("0123456789abcdef")


def precedence(text: str) -> tuple[object, ...]:
    """The rules of semver.org, implemented independently; builds break ties."""
    rest, _, build = text.partition("+")
    release, _, pre = rest.partition("-")
    parts = [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in pre.split(".")] if pre else []
    return [int(n) for n in release.split(".")], not pre, parts, build


@pytest.mark.parametrize("text", ["1.0", "1", "01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0", "1.0.0 "])
def test_texts_that_are_not_semantic_versions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version"):
        Version.parse(text)


def test_versions_are_equal_only_to_the_same_text() -> None:
    assert Version.parse("1.0.0+a") != Version.parse("1.0.0+b")
    assert len({Version.parse("1.0.0"), Version.parse("1.0.0")}) == 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4.2.0", (4, 2, 0)),
        ("4.2", (4, 2, 0)),
        ("5", (5, 0, 0)),
        ("4.2.3.9", (4, 2, 3)),
        ("٤.²", (4, 2, 0)),
    ],
)
def test_blender_versions_are_padded_and_cut_to_three(
    text: str, numbers: tuple[int, int, int]
) -> None:
    assert parse_blender_version(text) == numbers


@pytest.mark.parametrize("text", ["", "4.", "4.2.x", "4.2-alpha"])
def test_texts_that_are_not_blender_versions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Blender version"):
        parse_blender_version(text)


def test_pre_releases_with_digits_of_another_script_are_ordered() -> None:
    one, two = Version.parse("1.0.0-\u0661a"), Version.parse("1.0.0-\u0662a")

    assert one < two < Version.parse("1.0.0")


def test_a_version_of_millions_of_parts_is_refused_without_using_memory() -> None:
    import tracemalloc

    text = "1.0.0-" + "a." * 1_000_000 + "a"
    tracemalloc.start()
    with pytest.raises(ValueError, match="not a semantic version"):
        Version.parse(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1_000_000
    assert Version.parse("1.0.0-" + "a" * 900).is_prerelease
