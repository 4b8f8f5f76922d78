"""Rows expect what they name, and leave every other difference unexpected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.compare import expected
from tests.compare.diff import compare, render
from tests.compare.edits import sort_attributes, without
from tests.compare.expected import Step
from tests.compare.rows import Expected
from tests.compare.test_compare import FILES, changes, recorded
from tests.samples.packages import packed


def test_an_expected_difference_does_not_fail_and_is_listed_with_its_reason() -> None:
    entry = Expected("generate/*/index.json", "entries have a new key")
    after = {**FILES, "generate/demo/index.json": b'{"version": "v2"}\n'}

    result = compare(recorded(FILES), recorded(after), [entry])

    assert not result.failures()
    assert not result.stale
    assert "entries have a new key" in render(result)


def test_an_expected_difference_that_does_not_occur_is_reported() -> None:
    entry = Expected("generate/*/index.json", "entries have a new key")

    result = compare(recorded(FILES), recorded(FILES), [entry])

    assert result.stale == [entry]
    assert "no difference matches 'generate/*/index.json'" in render(result)


def test_an_expected_difference_of_an_area_that_did_not_run_is_not_stale() -> None:
    entry = Expected("site/page/*", "new footer")
    check = Expected("check/*", "new count")
    code = Expected("code/a.b -> a.c", "renamed")

    assert not compare(recorded(FILES), recorded(FILES), [entry], areas=["generate"]).stale
    assert compare(recorded(FILES), recorded(FILES), [entry], areas=["site"]).stale == [entry]
    everywhere = compare(recorded(FILES), recorded(FILES), [check, code], areas=["generate"])
    assert everywhere.stale == [check]


def test_a_row_with_an_edit_leaves_the_rest_of_an_output_unexpected() -> None:
    row = Expected("generate/*", "new key", without("new"))
    before = {"generate/a": b'{"a": 1, "b": 2}'}

    same = compare(recorded(before), recorded({"generate/a": b'{"a": 1, "new": 3, "b": 2}'}), [row])
    other = compare(
        recorded(before), recorded({"generate/a": b'{"a": 1, "new": 3, "b": 4}'}), [row]
    )

    assert not same.unexpected
    assert list(same.expected) == [row]
    assert changes(other) == [("changed", "generate/a")]
    assert '"new"' not in other.unexpected[0].excerpt
    assert other.stale == [row]


def test_a_row_whose_edit_was_not_necessary_is_reported() -> None:
    rows = [
        Expected("generate/*", "another key", without("a")),
        Expected("generate/*", "new key", without("new")),
    ]

    result = compare(
        recorded({"generate/a": b'{"a": 1}'}), recorded({"generate/a": b'{"a": 1, "new": 2}'}), rows
    )

    assert not result.unexpected
    assert result.stale == rows[:1]


def test_a_row_with_an_edit_expects_no_added_file() -> None:
    row = Expected("generate/*", "new key", without("new"))

    assert changes(compare(recorded({}), recorded({"generate/a": b"{}"}), [row])) == [
        ("added", "generate/a")
    ]


def test_a_row_can_expect_added_files_only() -> None:
    row = Expected("generate/*", "new file", change="added")

    result = compare(
        recorded({"generate/a": b"1"}), recorded({"generate/a": b"2", "generate/b": b""}), [row]
    )

    assert changes(result) == [("changed", "generate/a")]


@pytest.mark.parametrize(
    "layout", [{"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}, {}]
)
def test_an_edit_of_json_keeps_its_layout(layout: dict[str, Any]) -> None:
    value = {"data": [{"id": "gears", "name": "Räder", "new": 1}, {"id": "ropes"}]}
    kept = {"data": [{"id": "gears", "name": "Räder"}, {"id": "ropes"}]}

    edited = without("data.*.new", "data.*.none", "id.new")(json.dumps(value, **layout).encode())

    assert edited == json.dumps(kept, **layout).encode()


def test_an_edit_of_zips_keeps_names_contents_and_values_of_attributes() -> None:
    first, same = (packed(("a.xml", xml)) for xml in (b'<a b="1" c="2"/>', b'<a c="2" b="1"/>'))
    others = [packed(("b.xml", b'<a b="1" c="2"/>')), packed(("a.xml", b'<a b="1" c="3"/>'))]

    assert first != same
    assert sort_attributes(first) == sort_attributes(same)
    assert sort_attributes(first) not in map(sort_attributes, others)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("old", "new", ["8", "7"]),
        ("7", "new", ["8", "7"]),
        ("8", "new", ["8"]),
        ("new", "newer", []),
        ("old", "8", ["7"]),
    ],
)
def test_rows_of_a_step_apply_to_comparisons_with_its_commit_or_an_older_one(
    monkeypatch: pytest.MonkeyPatch, before: str, after: str, found: list[str]
) -> None:
    history = ["old", "7", "8", "new", "newer"]
    steps = tuple(Step(name, (Expected(name, ""),)) for name in ("7", "8"))
    monkeypatch.setattr(expected, "STEPS", steps)

    rows = expected.rows_between(
        before, after, is_ancestor=lambda a, b: history.index(a) <= history.index(b)
    )

    assert [row.pattern for row in rows] == found
