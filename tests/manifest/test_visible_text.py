"""Texts of manifests and of entries have no invisible characters."""

from __future__ import annotations

from typing import Any

import pytest

from extery.core.errors import ProblemList, Where
from extery.manifest.document import blender_tags, check_manifest
from extery.manifest.visible_text import FIELDS, check_visible_text
from tests.samples import GOOD, MANIFESTS


def problems_of(table: dict[str, Any], *, is_json: bool = False) -> ProblemList:
    problems = ProblemList()
    check_visible_text(
        table, problems, locate=lambda path: Where("index.json", path), is_json=is_json
    )
    return problems


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("id", "write 'gear_tool'"),
        ("name", "write 'Gear Tool'"),
        ("permissions", "write 'Read gearpresets'"),
        ("platforms", "write 'windows-x64'"),
    ],
)
def test_the_hint_is_the_text_without_the_character(code: str, hint: str) -> None:
    data = MANIFESTS[f"manifest.{code}.invisible"].read_bytes()

    _, [problem] = check_manifest(data, valid_tags=blender_tags())

    assert problem.hint == hint


@pytest.mark.parametrize("field", FIELDS)
def test_the_manifest_is_valid_with_the_text_of_the_hint(field: str) -> None:
    value: Any = "Gear\u202e \u200bTool"
    if field in ("license", "tags", "platforms", "copyright"):
        value = [value]
    elif field == "permissions":
        value = {"files": value}

    [problem] = problems_of({field: value}, is_json=True)

    assert problem.code == f"manifest.{field}.invisible"
    assert problem.where.path[0] == field
    assert "U+202E (right-to-left override) at position 5" in problem.message
    assert problem.hint == 'write "Gear Tool"'


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("\u200b", "write it in visible characters"),
        ("Gear " * 20 + "\u202e", "remove that character"),
    ],
)
def test_other_hints(text: str, hint: str) -> None:
    [problem] = problems_of({"name": text})
    assert problem.hint == hint


def test_an_error_about_the_same_text_is_enough() -> None:
    data = GOOD.read_bytes().replace(b'"Gear Tool"', rb'"Gear\tTool\u202E"')
    data = data.replace(b'"Modeling"', rb'"Modeling\u200B"')

    _, problems = check_manifest(data, valid_tags=blender_tags())

    codes = [problem.code for problem in problems.errors]
    assert codes == ["manifest.name.control-character", "manifest.tags.unknown-tag"]


def test_right_to_left_marks_are_allowed_in_sentences_and_refused_in_names() -> None:
    hebrew = "גלגל שיניים (C++)\u200e"

    problems = problems_of({"tagline": hebrew, "name": hebrew})

    assert [problem.code for problem in problems] == ["manifest.name.invisible"]


def test_values_of_other_types_are_ignored() -> None:
    assert not problems_of({"name": 3, "tags": [None, {}], "permissions": {"files": ["\u202e"]}})
