"""The comparison reports every difference, and only those that are not expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare.diff import Comparison, compare, render
from tests.compare.expected import Expected
from tests.compare.normalize import normalize
from tests.compare.recording import Kind, Recording, Report
from tests.compare.trees import write_metadata
from tests.compare_outputs import parse_arguments, prepare_work_folder

FILES = {"generate/demo/index.json": b'{"version": "v1"}\n', "build/demo/a.zip": b"PK\0\1\2"}


def recorded(files: dict[str, bytes], kind: Kind = Kind.FILE) -> Recording:
    result = Recording()
    for name, data in files.items():
        result.add(name, kind, data)
    return result


def with_problems(*codes: str, place: str = "id", message: str = "bad id") -> Recording:
    result = Recording()
    reports = [Report(code, "error", message, "", (place,)) for code in codes]
    result.add_problems("validate/a.toml", reports, ok=not codes)
    return result


def changes(result: Comparison) -> list[tuple[str, str]]:
    return [(difference.change, difference.name) for difference in result.unexpected]


def test_equal_recordings_have_no_difference() -> None:
    result = compare(recorded(FILES), recorded(FILES))

    assert result.outputs == 2
    assert not result.unexpected
    assert not result.stale


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("at", [0, -1])
def test_one_changed_byte_is_a_difference(name: str, at: int) -> None:
    changed = bytearray(FILES[name])
    changed[at] ^= 1

    result = compare(recorded(FILES), recorded({**FILES, name: bytes(changed)}))

    assert changes(result) == [("changed", name)]
    assert result.unexpected[0].excerpt
    assert len(result.failures()) == 1


def test_other_line_endings_are_a_difference_with_an_excerpt() -> None:
    result = compare(recorded({"a": b"x\ny\n"}), recorded({"a": b"x\r\ny\r\n"}))

    assert [d.excerpt for d in result.unexpected] == ["line endings differ"]


def test_a_missing_file_and_an_added_file_are_differences() -> None:
    after = recorded({"generate/demo/index.json": FILES["generate/demo/index.json"], "new": b""})

    result = compare(recorded(FILES), after)

    assert changes(result) == [("missing", "build/demo/a.zip"), ("added", "new")]
    assert len(result.failures()) == 2


def test_another_kind_with_the_same_bytes_is_a_difference() -> None:
    result = compare(recorded({"a": b"1"}), recorded({"a": b"1"}, Kind.STATUS))

    assert changes(result) == [("changed", "a")]


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

    assert not compare(recorded(FILES), recorded(FILES), [entry], areas=["generate"]).stale
    assert compare(recorded(FILES), recorded(FILES), [entry], areas=["site"]).stale == [entry]


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.TEXT])
def test_pages_and_texts_fail_only_where_that_is_asked_for(kind: Kind) -> None:
    result = compare(recorded({"a": b"old"}, kind), recorded({"a": b"new"}, kind))

    assert changes(result) == [("changed", "a")]
    assert not result.failures()
    assert len(result.failures(optional=[kind])) == 1


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

    assert changes(result) == [("changed", "validate/a.toml/verdict")]


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


def test_a_traceback_in_both_trees_is_named() -> None:
    crashed = {"validate/stderr": b"Traceback (most recent call last):\n  ...\nAssertionError\n"}

    result = compare(recorded(crashed, Kind.TEXT), recorded(crashed, Kind.TEXT))

    assert not result.unexpected
    assert "traceback in validate/stderr" in render(result)


def test_an_output_cannot_be_recorded_twice() -> None:
    result = recorded(FILES)

    with pytest.raises(ValueError, match=r"a\.zip is recorded twice"):
        result.add("build/demo/a.zip", Kind.FILE, b"")


def test_a_long_line_is_shown_around_its_first_change() -> None:
    old, new = b"x" * 5000 + b"old" + b"y" * 5000, b"x" * 5000 + b"new" + b"y" * 5000

    (difference,) = compare(recorded({"a": old}), recorded({"a": new})).unexpected

    assert "xold" in difference.excerpt
    assert "xnew" in difference.excerpt
    assert len(difference.excerpt) < 400


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            b'<input name="csrfmiddlewaretoken" value="aB3">',
            b'<input name="csrfmiddlewaretoken" value="Xy9">',
        ),
        (b'{"created_at": "2026-06-03T18:52:08.635Z"}', b'{"created_at": "2026-06-03T18:52:09Z"}'),
        (
            b'<time datetime="2026-06-03T18:52:08.635030+00:00">3 June 2026</time>',
            b'<time datetime="2026-06-04T00:00:00+00:00">4 June 2026</time>',
        ),
        (b"/static/css/base.2ab683f2af35.css", b"/static/css/base.0ab683f2af30.css"),
        (b"http://127.0.0.1:4000/", b"http://127.0.0.1:4001/"),
    ],
)
def test_random_parts_of_an_answer_are_normalized(first: bytes, second: bytes) -> None:
    assert normalize(first) == normalize(second)


def test_other_parts_of_an_answer_are_kept() -> None:
    body = b'{"version":"v1","archive_hash":"sha256:2ab683f2af35","size":18999}'

    assert normalize(body) == body


def test_the_entry_points_of_a_tree_are_written_from_its_project_file(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "a-b"\n[project.entry-points."a.commands"]\nserve = "a.web:serve"\n'
    )
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")

    write_metadata(tmp_path, tmp_path / "metadata")

    text = (tmp_path / "metadata" / "a_b-0.dist-info" / "entry_points.txt").read_text("utf-8")
    assert "[a.commands]\nserve = a.web:serve\n" in text


def test_every_area_runs_by_default() -> None:
    options = parse_arguments(["--before", "HEAD"])

    assert options.only == ["content", "build", "validate", "generate", "site"]


def test_a_folder_with_other_files_is_not_taken_as_scratch_folder(tmp_path: Path) -> None:
    prepare_work_folder(tmp_path / "new")
    prepare_work_folder(tmp_path / "new")

    with pytest.raises(SystemExit, match="is not empty"):
        prepare_work_folder(tmp_path)
