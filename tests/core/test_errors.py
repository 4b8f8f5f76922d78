"""Problems, their locations, and the errors that carry them."""

import json
from typing import Any

import pytest

from extery.core.codes import Code, render
from extery.core.errors import Conflict, ExteryError, InvalidManifest, Problem, ProblemList, Where


def test_a_location_is_printed_as_by_a_compiler() -> None:
    assert str(Where("m.toml", ("tags", 1), 3, 9)) == "m.toml:3:9"
    assert str(Where("m.toml", ("permissions", "files"))) == "m.toml:permissions.files"
    assert str(Where("m.toml")) == "m.toml"
    assert Where("m.toml", ("a", 0, "b")).field == "a[0].b"


def test_the_list_raises_at_its_end_with_all_problems() -> None:
    def find_two() -> None:
        with ProblemList().raising(InvalidManifest) as problems:
            problems.add("manifest.id.missing")
            problems.add("manifest.key.unknown", key="'x'")

    with pytest.raises(InvalidManifest) as caught:
        find_two()

    assert [problem.code for problem in caught.value.problems] == [
        "manifest.id.missing",
        "manifest.key.unknown",
    ]
    assert caught.value.code == "manifest.id.missing"


def test_warnings_alone_do_not_raise() -> None:
    with ProblemList().raising(InvalidManifest) as problems:
        problems.add("manifest.key.unknown", key="'x'")

    assert not problems.errors
    assert len(problems.warnings) == 1


def test_another_error_inside_the_block_is_not_hidden() -> None:
    def fail() -> None:
        with ProblemList().raising(InvalidManifest) as problems:
            problems.add("manifest.id.missing")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_an_unknown_code_is_a_bug_of_the_caller() -> None:
    with pytest.raises(KeyError):
        ProblemList().add("manifest.id.silly")


def test_an_error_needs_a_problem() -> None:
    with pytest.raises(TypeError):
        ExteryError()


def test_the_message_of_an_error_is_that_of_its_first_problem_that_is_no_warning() -> None:
    error = Conflict(
        Problem("manifest.key.unknown", "a warning", severity="warning"),
        Problem("manifest.id.missing", "the first", where=Where("m.toml")),
        Problem("manifest.name.missing", "the second"),
    )

    assert str(error) == "m.toml: the first (and 1 more)"


def test_a_problem_as_data_always_has_every_key() -> None:
    data = Problem("package.not-zip", "x.zip is not a zip archive").as_dict()

    assert data["hint"] is None
    assert set(data) == {
        *("code", "severity", "message", "hint", "file", "field", "path", "line", "column"),
        "values",
    }


def test_texts_are_bounded_and_can_always_be_written_as_json() -> None:
    problems = ProblemList()
    where = Where("\ud800", ("z" * 100_000, "\udfff"))
    values = {"value": "x" * 100_000, "corrected": "y" * 100_000}
    problems.add("manifest.name.outer-whitespace", where=where, **values)

    [problem] = problems

    assert len(problem.message) == len(problem.hint) == 1_000
    assert len(str(problem.where)) < 400
    assert json.dumps(problem.as_dict(), ensure_ascii=False).encode()


def test_message_and_hint_are_rendered_from_the_values() -> None:
    problem = Problem.of("build.path-twice", path="./a.py", list="wheels")

    assert problem.message == "'./a.py' is already listed in wheels"
    assert problem.hint == "remove it from paths"
    assert dict(problem.values) == {"path": "./a.py", "list": "wheels"}


def test_a_variant_replaces_the_texts_that_it_has_and_keeps_the_others() -> None:
    plain = Problem.of("build.path-missing", path="a.png")
    close = Problem.of("build.path-missing", path="a.png", variant="similar", similar="b.png")

    assert plain.message == close.message == "the file a.png does not exist"
    assert close.hint == "did you mean 'b.png'?"
    assert plain.hint.startswith("correct the path")


def test_a_missing_value_and_a_missing_template_are_bugs_of_the_caller() -> None:
    with pytest.raises(KeyError):
        Problem.of("build.path-twice", path="./a.py")
    with pytest.raises(KeyError):
        render(Code("error", "title", "Why."), {})


def test_values_from_outside_are_no_templates_and_are_bounded() -> None:
    problem = Problem.of("build.not-a-file", path="{path}{0.__class__}" + "x" * 10_000 + "\ud800")

    assert problem.message.startswith("{path}{0.__class__}x")
    assert len(problem.message) <= 1_000
    assert json.dumps(problem.as_dict(), ensure_ascii=False).encode()


def test_a_problem_survives_json() -> None:
    where = Where("blender_manifest.toml", ("build", "paths", 0), 3, 9)
    problem = Problem.of("build.path-outside", where=where, path="../a")

    assert Problem.from_dict(json.loads(json.dumps(problem.as_dict()))) == problem


def test_a_stored_problem_without_values_can_be_read() -> None:
    data = Problem("package.not-zip", "x.zip is not a zip archive").as_dict()
    del data["values"]

    assert Problem.from_dict(data).message == "x.zip is not a zip archive"


def test_a_fingerprint_does_not_depend_on_lines_and_wording() -> None:
    first = Problem.of("build.not-a-file", where=Where("m.toml", ("a", 0), 3, 9), path="pipe")
    moved = first._replace(message="reworded", where=Where("m.toml", ("a", 4), 7, 1))
    other = Problem.of("build.not-a-file", where=first.where, path="socket")
    elsewhere = first._replace(where=Where("n.toml"))

    assert first.fingerprint == moved.fingerprint
    assert len({first.fingerprint, other.fingerprint, elsewhere.fingerprint}) == 3


def test_a_fingerprint_without_values_is_that_of_the_field() -> None:
    one = Problem("manifest.tags.unknown-tag", "a", where=Where("m.toml", ("tags", 0)))
    two = one._replace(where=Where("m.toml", ("tags", 1)))

    assert one.fingerprint == one._replace(message="b").fingerprint != two.fingerprint


def test_fingerprints_never_change() -> None:
    problem = Problem.of("build.path-outside", where=Where("blender_manifest.toml"), path="../a")

    assert problem.fingerprint == "482fd80371ce0e7490fbe90c10a0c105"


def test_the_subject_of_a_problem_precedes_its_message_and_is_a_value() -> None:
    problem = Problem.of("package.empty", file="gear.zip")._replace(severity="warning")

    about = problem.with_values(entry="gear_tool 1.2.3", place_in_package="gear.zip:3:1")

    assert about.message == "gear_tool 1.2.3: gear.zip:3:1: gear.zip is empty"
    assert dict(about.values)["entry"] == "gear_tool 1.2.3"
    assert about.severity == "warning"
    # The place may name a line, which moves.
    moved = problem.with_values(entry="gear_tool 1.2.3", place_in_package="gear.zip:9:1")
    assert moved.fingerprint == about.fingerprint != problem.fingerprint


def test_the_reason_of_a_problem_is_rendered_from_the_code_and_values_of_its_cause() -> None:
    values: dict[str, Any] = {"cause": "package.damaged", "cause.variant": "no-end"}
    values |= {"cause.file": "a.whl", "requirement": "a==1.0"}

    problem = Problem.of("wheel.unreadable", file="a.whl", **values)

    assert "a.whl cannot be used: it is a damaged zip: its end record" in problem.message
    assert "reason" not in dict(problem.values)
