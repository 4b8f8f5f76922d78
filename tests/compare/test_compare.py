"""The comparison reports every difference, and only those that are not expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compare.diff import Comparison, compare, render
from tests.compare.inputs import write_demo
from tests.compare.normalize import normalize
from tests.compare.recording import Kind, Recording
from tests.compare.trees import write_metadata
from tests.compare_outputs import parse_arguments, prepare_work_folder

FILES = {"generate/demo/index.json": b'{"version": "v1"}\n', "build/demo/a.zip": b"PK\0\1\2"}


def recorded(files: dict[str, bytes], kind: Kind = Kind.FILE) -> Recording:
    result = Recording()
    for name, data in files.items():
        result.add(name, kind, data)
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


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.TEXT])
def test_pages_and_texts_fail_only_where_that_is_asked_for(kind: Kind) -> None:
    result = compare(recorded({"a": b"old"}, kind), recorded({"a": b"new"}, kind))

    assert changes(result) == [("changed", "a")]
    assert not result.failures()
    assert len(result.failures(optional=[kind])) == 1


def test_both_sites_have_the_content_of_the_tree_before(tmp_path: Path) -> None:
    for name, file in (
        ("before/src/extery_site/demo", "demo.toml"),
        ("after/demo/extery_demo", "scenario.toml"),
    ):
        content = tmp_path / name / "content" / name[:5].strip("/")
        content.mkdir(parents=True)
        (content / file).write_text('[[versions]]\nfate = "waiting"\nnotes = "fate = x"\n', "utf-8")
    (tmp_path / "after/demo/extery_demo/seed.py").write_text("", "utf-8")

    write_demo(tmp_path / "demo", source=tmp_path / "after", before=tmp_path / "before")

    files = {
        path.relative_to(tmp_path / "demo").as_posix(): path.read_text("utf-8")
        for path in (tmp_path / "demo").rglob("*.*")
    }
    assert files == {
        "extery_demo/seed.py": "",
        "extery_demo/content/befor/scenario.toml": (
            '[[versions]]\noutcome = "waiting"\nnotes = "fate = x"\n'
        ),
    }


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
        (
            b"/media/images/3b/" + b"3b" * 32 + b".webp",
            b"/media/images/0b/" + b"0b" * 32 + b".webp",
        ),
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
