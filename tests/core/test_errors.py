"""Problems, their places, and the errors that carry them."""

import json

import pytest

from extery.core.codes import AREAS, all_codes, explain, find, similar
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
        *("code", "severity", "message", "hint", "file", "field", "path", "line", "column"),
        "values",
    }


def test_every_code_explains_itself_and_belongs_to_an_area() -> None:
    for code, entry in all_codes().items():
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


def test_message_and_hint_are_rendered_from_the_values() -> None:
    problem = Problem.of("build.path-twice", path="./a.py", list="wheels")

    assert problem.message == "'./a.py' is already listed in wheels"
    assert problem.hint == "remove it from paths"
    assert dict(problem.values) == {"path": "./a.py", "list": "wheels"}


def test_a_variant_replaces_the_texts_that_it_has_and_keeps_the_others() -> None:
    plain = Problem.of("build.path-missing", path="a.png")
    close = Problem.of("build.path-missing", path="a.png", variant="similar", similar="b.png")

    assert plain.message == close.message == "there is no file a.png"
    assert close.hint == "did you mean 'b.png'?"
    assert plain.hint.startswith("correct the path")


def test_a_missing_value_and_a_missing_template_are_bugs_of_the_caller() -> None:
    with pytest.raises(KeyError):
        Problem.of("build.path-twice", path="./a.py")
    with pytest.raises(KeyError):
        Problem.of("package.not-zip")


def test_values_from_outside_are_not_templates_and_not_endless() -> None:
    problem = Problem.of("build.not-a-file", path="{path}{0.__class__}" + "x" * 10_000 + "\ud800")

    assert problem.message.startswith("{path}{0.__class__}x")
    assert len(problem.message) <= 1_000
    assert json.dumps(problem.as_dict(), ensure_ascii=False).encode()


def test_a_problem_survives_json() -> None:
    where = Where("blender_manifest.toml", ("build", "paths", 0), 3, 9)
    problem = Problem.of("build.path-outside", where=where, path="../a")

    assert Problem.from_dict(json.loads(json.dumps(problem.as_dict()))) == problem


def test_a_stored_problem_without_values_can_be_read() -> None:
    data = Problem("package.not-zip", "x.zip is no zip archive").as_dict()
    del data["values"]

    assert Problem.from_dict(data).message == "x.zip is no zip archive"


def test_a_fingerprint_is_kept_when_lines_and_wording_change_only() -> None:
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


def test_every_template_can_be_rendered_with_its_example() -> None:
    for code, entry in all_codes().items():
        explained = explain(code)
        assert bool(explained.message) == bool(entry.message)
        for variant in entry.variants:
            values = {"variant": variant, **dict.fromkeys(("more", "similar", "key"), "x")}
            values = {**dict(entry.example), **values}
            assert Problem.of(code, **values).message, (code, variant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("build.path-missin", "build.path-missing"),
        ("path-missing", "build.path-missing"),
        ("manifest.not-identifier", "manifest.id.not-identifier"),
    ],
)
def test_a_mistyped_code_is_answered_with_the_right_one(typed: str, meant: str) -> None:
    assert meant in similar(typed)
