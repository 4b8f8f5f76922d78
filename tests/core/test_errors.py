"""Problems, their places, and the errors that carry them."""

import json

import pytest

from extery.core.codes import AREAS, everything, find
from extery.core.errors import Conflict, ExteryError, InvalidManifest, Problem, ProblemList, Where


def test_a_place_reads_like_that_of_a_compiler() -> None:
    assert str(Where("m.toml", ("tags", 1), 3, 9)) == "m.toml:3:9"
    assert str(Where("m.toml", ("permissions", "files"))) == "m.toml:permissions.files"
    assert str(Where("m.toml")) == "m.toml"
    assert Where("m.toml", ("a", 0, "b")).field == "a[0].b"


def test_the_list_raises_at_its_end_with_everything_in_it() -> None:
    def find_two() -> None:
        with ProblemList().raising(InvalidManifest) as problems:
            problems.add("manifest.id.missing", "id is missing")
            problems.add("manifest.key.unknown", "'x' is not a field")

    with pytest.raises(InvalidManifest) as caught:
        find_two()

    assert [problem.code for problem in caught.value.problems] == [
        "manifest.id.missing",
        "manifest.key.unknown",
    ]
    assert caught.value.code == "manifest.id.missing"


def test_warnings_alone_raise_nothing() -> None:
    with ProblemList().raising(InvalidManifest) as problems:
        problems.add("manifest.key.unknown", "'x' is not a field")

    assert not problems.errors
    assert len(problems.warnings) == 1


def test_another_error_inside_the_block_is_not_hidden() -> None:
    def fail() -> None:
        with ProblemList().raising(InvalidManifest) as problems:
            problems.add("manifest.id.missing", "id is missing")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_a_code_without_an_explanation_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        ProblemList().add("manifest.id.silly", "id is silly")


def test_an_error_without_a_problem_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        ExteryError()


def test_an_error_speaks_with_its_first_real_problem() -> None:
    error = Conflict(
        Problem("manifest.key.unknown", "a doubt", severity="warning"),
        Problem("manifest.id.missing", "the first", where=Where("m.toml")),
        Problem("manifest.name.missing", "the second"),
    )

    assert str(error) == "m.toml: the first (and 1 more)"


def test_a_problem_as_data_always_has_every_key() -> None:
    data = Problem("package.not-zip", "x.zip is not a zip archive").as_dict()

    assert data["hint"] is None
    assert set(data) == {
        *("code", "severity", "message", "hint", "file", "field", "path", "line", "column")
    }


def test_every_code_explains_itself_and_belongs_to_an_area() -> None:
    for code, entry in everything().items():
        assert code.split(".")[0] in AREAS
        assert entry.why.endswith("."), code
        assert find(code) == entry
        assert not (entry.stricter and entry.severity == "warning"), code


def test_a_message_is_never_endless_and_can_always_be_written_as_json() -> None:
    problems = ProblemList()
    problems.add(
        "listing.data",
        "x" * 100_000,
        hint="y" * 100_000,
        where=Where("\ud800", ("z" * 100_000, "\udfff")),
    )

    [problem] = problems

    assert len(problem.message) == len(problem.hint) == 1_000
    assert len(str(problem.where)) < 400
    assert json.dumps(problem.as_dict(), ensure_ascii=False).encode()
