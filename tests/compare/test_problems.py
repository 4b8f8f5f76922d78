"""Problems that two trees report for one input are paired, and each of the others is a difference."""

from __future__ import annotations

from tests.compare.diff import compare, render
from tests.compare.recording import Kind, Output, Recording, Report
from tests.compare.rows import Expected
from tests.compare.test_compare import changes


def with_problems(*codes: str, place: str = "id", message: str = "bad id") -> Recording:
    result = Recording()
    reports = [Report(code, "error", message, "", (place,)) for code in codes]
    result.add_problems("validate/a.toml", reports, ok=not codes)
    return result


def test_a_renamed_code_is_a_row_of_the_table_and_no_difference() -> None:
    result = compare(with_problems("build.names-nothing"), with_problems("build.empty-pattern"))

    assert not result.unexpected
    assert "| `build.names-nothing` | `build.empty-pattern` |" in render(result)


def test_another_message_of_a_code_is_shown_and_no_difference() -> None:
    result = compare(with_problems("a.b"), with_problems("a.b", message="id is invalid"))

    assert not result.unexpected
    assert "+ id is invalid" in render(result)


def test_another_number_of_problems_is_a_difference() -> None:
    result = compare(with_problems("a.b", "a.c"), with_problems("a.b"))

    assert changes(result) == [("changed", "validate/a.toml/verdict - error a.c")]


def test_one_more_problem_in_place_of_another_is_a_difference() -> None:
    before = with_problems("a.b", "a.c")
    after = with_problems("a.b")
    after.problems["validate/a.toml"].append(Report("a.new", "error", "new", "", ("name",)))

    result = compare(before, after)

    assert changes(result) == [
        ("changed", "validate/a.toml/verdict - error a.c"),
        ("changed", "validate/a.toml/verdict + error a.new"),
    ]


def test_an_expected_problem_leaves_the_others_unexpected() -> None:
    row = Expected("validate/*/verdict + error a.new", "new")

    result = compare(with_problems("a.b"), with_problems("a.b", "a.new", "a.new2"), [row])

    assert [d.name for d in result.expected[row]] == ["validate/a.toml/verdict + error a.new"]
    assert changes(result) == [("changed", "validate/a.toml/verdict + error a.new2")]


def test_a_verdict_that_changes_without_an_error_is_a_difference() -> None:
    before, after = with_problems(), with_problems()
    after.outputs["validate/a.toml/verdict"] = Output(
        Kind.VERDICT, b"refused: 0 errors, 0 warnings"
    )

    result = compare(before, after)

    assert changes(result) == [("changed", "validate/a.toml/verdict accepted -> refused")]


def test_a_problem_whose_file_is_stated_in_another_way_is_the_same() -> None:
    places = [
        (file, "id", "['id']", "3", "1") for file in ("manifest.toml", "source/manifest.toml")
    ]
    recordings = []
    for place in places:
        recording = Recording()
        recording.add_problems("a", [Report("a.b", "error", "bad", "", place)], ok=False)
        recordings.append(recording)

    assert not compare(*recordings).unexpected


def test_codes_at_one_place_are_paired_by_name_before_order() -> None:
    result = compare(with_problems("a.b", "a.c"), with_problems("a.new", "a.b"))

    assert {old: dict(news) for old, news in result.codes.items()} == {
        "a.b": {"a.b": 1},
        "a.c": {"a.new": 1},
    }


def test_a_code_with_two_new_names_is_a_difference() -> None:
    result = compare(with_problems("a.b", "a.b"), with_problems("a.x", "a.y"))

    assert changes(result) == [("changed", "code/a.b -> a.x"), ("changed", "code/a.b -> a.y")]


def test_two_codes_with_one_new_name_are_a_difference() -> None:
    result = compare(with_problems("a.b", "a.c"), with_problems("a.x", "a.x"))

    assert changes(result) == [("changed", "code/a.b, a.c -> a.x")]
