"""The fields of a manifest from bl_info: each is one that Blender accepts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extery.author.convert import metadata
from extery.author.convert.manifest import render
from extery.author.convert.values import Value
from extery.manifest.document import blender_tags, check_manifest


def info(**values: Any) -> metadata.Info:
    return metadata.Info(values, "__init__.py", dict.fromkeys(values, 5))


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        ([1, 2, 3], "1.2.3"),
        ([1], "1.0.0"),
        ([1, 2], "1.2.0"),
        ([1, 2, 3, 4], "1.2.3+4"),
        ([1, 2, 3, 0], "1.2.3"),
        ("1.2", "1.2.0"),
        ("1.2.0-beta.1", "1.2.0-beta.1"),
        ("v2.5 beta", "2.5.0"),
        ([0, 10, 0.5], "0.10.0+5"),
        ([], "1.0.0"),
        (None, "1.0.0"),
    ],
)
def test_versions_become_semantic_ones(raw: Any, version: str) -> None:
    assert metadata.version(info(version=raw)).value == version


@pytest.mark.parametrize(
    ("raw", "minimum"),
    [
        ([2, 80, 0], "4.2.0"),
        ([4, 2], "4.2.0"),
        ([4, 5, 1], "4.5.1"),
        ([5, 0], "5.0.0"),
        ("x", "4.2.0"),
    ],
)
def test_the_first_blender_is_never_one_without_extensions(raw: Any, minimum: str) -> None:
    assert metadata.blender_minimum(info(blender=raw)).value == minimum


@pytest.mark.parametrize(
    ("category", "tags"),
    [
        ("Mesh", ["Mesh"]),
        ("mesh", ["Mesh"]),
        ("Mesh/Object", ["Mesh", "Object"]),
        ("Import-Export", ["Import-Export"]),
        ("Import/Export", ["Import-Export"]),
        ("Motion Tracking", ["Tracking"]),
        ("Generic", None),
        ("My Studio", None),
        ("Learnbgame", None),
    ],
)
def test_categories_become_tags(category: str, tags: list[str] | None) -> None:
    found = metadata.tags(info(category=category))
    assert (found.value if found else None) == tags


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Adds gears.", "Adds gears"),
        ("Adds  gears\nof any size!!", "Adds gears of any size"),
        ("Adds gears (v2)", "Adds gears (v2)"),
        (
            "Adds gears of any size. " + "It can do much more, which is told here at length. " * 2,
            "Adds gears of any size",
        ),
        ("Adds gears of any size to a scene with all their teeth and the axles that", None),
    ],
)
def test_descriptions_become_taglines(text: str, short: str | None) -> None:
    found = metadata.tagline(info(description=text), "", "Gears").value
    assert len(found) <= 64
    assert short is None or found == short


def test_addresses_of_the_manual_are_complete_and_others_are_no_website() -> None:
    url = "{BLENDER_MANUAL_URL}/addons/mesh/gears.html"
    found = metadata.website(info(doc_url=url, wiki_url="https://gears.test/"))
    assert found is not None
    assert found.value == "https://docs.blender.org/manual/en/latest/addons/mesh/gears.html"
    assert metadata.website(info(doc_url="", wiki_url="see the forum")) is None


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("gear_tool", "gear_tool"),
        ("Gear Tool", "gear_tool"),
        ("gear-tool", "gear_tool"),
        ("3d_gears", "d_gears"),
        ("a__b_", "a_b"),
    ],
)
def test_ids_are_those_that_blender_accepts(name: str, identifier: str) -> None:
    assert metadata.identifier(name, "").value == identifier


_ANYTHING = st.one_of(
    st.text(max_size=200), st.integers(), st.none(), st.lists(st.integers(-5, 999), max_size=5)
)


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("name", "version", "blender", "description", "author", "category", "doc_url"),
            _ANYTHING,
        ),
    )
)
def test_whatever_bl_info_says_the_manifest_is_valid(values: dict[str, Any]) -> None:
    one = info(**values)
    title = metadata.title(one, "gears")
    found = [
        metadata.identifier("gears", ""),
        metadata.version(one),
        title,
        metadata.tagline(one, "", title.value),
        Value("maintainer", one.text("author") or "Ada", "", "stated"),
        metadata.website(one),
        metadata.tags(one),
        metadata.blender_minimum(one),
        Value("license", ["SPDX:GPL-3.0-or-later"], "", "stated"),
    ]
    data = render([value for value in found if value is not None])
    assert check_manifest(data, valid_tags=blender_tags())[1].errors == []
