"""The audience of an entry, read from its fields and written into them."""

from __future__ import annotations

from typing import Any

import pytest

from extery.core.compatibility import EVERY_PYTHON, BlenderRange, System
from extery.listing.audience import (
    audience_of,
    drag_query,
    has_invalid_pythons,
    python_minor_versions,
    with_audience,
    without_invalid_pythons,
)
from extery.listing.entries import KEYS
from tests.samples.entries import sample_entry


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({}, True),
        ({"platforms": ["linux-x64"]}, True),
        ({"platforms": ["windows-x64"]}, False),
        ({"python_versions": ["3"]}, True),
        ({"python_versions": ["3.11"]}, True),
        ({"python_versions": ["3.13"]}, False),
        ({"blender_version_max": "4.5.0"}, False),
        ({"blender_version_max": "4.5.1"}, True),
        ({"blender_version_min": "4.6.0"}, False),
    ],
)
def test_an_entry_fits_by_platform_python_and_blender(more: dict[str, Any], fits: bool) -> None:
    system = System.parse("4.5.0", "linux-x64", "3.11.7")

    assert audience_of(sample_entry(**more)).fits(system) == fits


@pytest.mark.parametrize("pythons", ["3.11", [3.11], {"3.11": 1}, 3])
def test_python_versions_that_are_no_list_of_strings_mean_every_python(pythons: object) -> None:
    item = sample_entry(python_versions=pythons)

    assert has_invalid_pythons(item)
    assert audience_of(item).pythons == EVERY_PYTHON
    assert "python_versions" not in without_invalid_pythons(item)
    assert python_minor_versions([item]) == set()


@pytest.mark.parametrize("pythons", [[], None])
def test_an_empty_list_of_python_versions_means_every_python_and_is_left_out(
    pythons: object,
) -> None:
    item = sample_entry(python_versions=pythons)

    assert not has_invalid_pythons(item)
    assert audience_of(item).pythons == EVERY_PYTHON
    assert "python_versions" not in without_invalid_pythons(item)


def test_an_entry_for_another_audience_keeps_its_other_fields_in_blenders_order() -> None:
    item = sample_entry(python_versions=["3.11"], blender_version_max="5.0.0", more=1)
    narrowed = with_audience(
        item, blender=BlenderRange((4, 3, 0)), platforms=["linux-x64"], pythons=["3.13"]
    )

    assert narrowed["blender_version_min"] == "4.3.0"
    assert "blender_version_max" not in narrowed
    assert narrowed["platforms"] == ["linux-x64"]
    assert narrowed["python_versions"] == ["3.13"]
    assert list(narrowed) == [*(key for key in KEYS if key in narrowed), "more"]
    assert item["blender_version_max"] == "5.0.0"


def test_the_query_of_a_drag_link_has_the_audience_of_the_package() -> None:
    query = drag_query(
        "./index.json", low="4.2.0", high="", platforms=["linux-x64", "macos-x64"], pythons=()
    )

    assert query == (
        "repository=.%2Findex.json&blender_version_min=4.2.0&platforms=linux-x64%2Cmacos-x64"
    )


@pytest.mark.parametrize(
    ("type_", "fitting"),
    [
        ("add-on", ["4.2.0", "5.2.3", "5.3.0", "6.0.0"]),
        ("theme", ["4.2.0", "5.2.3", "5.3.0", "6.0.0"]),
        ("asset-library", ["5.3.0", "6.0.0"]),
        ("keymap", []),
    ],
)
def test_a_blender_that_does_not_know_the_type_is_not_in_the_audience(
    type_: str, fitting: list[str]
) -> None:
    audience = audience_of(sample_entry(type=type_, blender_version_min="4.2.0"))

    versions = ["4.2.0", "5.2.3", "5.3.0", "6.0.0"]
    assert [text for text in versions if audience.fits(System.parse(text))] == fitting
