"""Every problem of a build, each with a source folder that has only this problem."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extery.author.build.execute import build, plan_build
from extery.core.codes import all_codes, find
from extery.core.errors import ExteryError, InvalidInput, Problem
from extery.package.codecs import find_codec
from extery.package.writer import SourceFile
from tests.author.trees import make_source, wheel, wheels_line

Maker = Callable[[Path], dict[str, Any] | None]


def _tree(*files: str, build: str = "", extra: str = "") -> Maker:
    def make(folder: Path) -> None:
        make_source(folder, *files, extra=f"{extra}[build]\n{build}\n" if build else extra)

    return make


def _paths(*paths: str, files: tuple[str, ...] = ()) -> Maker:
    return _tree(*files, build=f"paths = {['__init__.py', *paths]}")


def _with_link(target: str, *, build: str = "") -> Maker:
    def make(folder: Path) -> None:
        make_source(folder, "docs/", extra=f"[build]\n{build}\n" if build else "")
        (folder.parent / "secret").touch()
        (folder / "link").symlink_to(target)

    return make


def _not_unicode(folder: Path) -> None:
    make_source(folder)
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.py"))).touch()


def _pipe(folder: Path) -> None:
    make_source(folder, extra='[build]\npaths = ["__init__.py", "pipe"]\n')
    os.mkfifo(folder / "pipe")


def _compiled(folder: Path) -> None:
    make_source(folder, "__init__.pyd", init=False)


def _is_output(folder: Path) -> dict[str, Any]:
    _paths("gear_tool-1.2.3.zip", files=("gear_tool-1.2.3.zip",))(folder)
    return {"output_dir": folder}


def _both_outputs(folder: Path) -> dict[str, Any]:
    make_source(folder)
    return {"output_dir": folder, "output_file": folder / "a.zip"}


def _no_output_folder(folder: Path) -> dict[str, Any]:
    make_source(folder)
    return {"output_dir": folder / "__init__.py"}


def _like_blender(make: Maker) -> Maker:
    """The problem of a build that packs what Blender packs."""

    def run(folder: Path) -> dict[str, Any]:
        make(folder)
        return {"like_blender": True}

    return run


def _output_is_folder(folder: Path) -> dict[str, Any]:
    make_source(folder, "docs/")
    return {"output_file": folder / "docs"}


def _split(extra: str) -> Maker:
    def make(folder: Path) -> dict[str, Any]:
        make_source(folder, extra=extra)
        return {"split_platforms": True}

    return make


_WHEEL = wheel("any")
#: Code -> function that makes a folder with this problem and returns arguments for the build.
SAMPLES: dict[str, Maker] = {
    "build.not-a-table": _tree(extra="build = 3\n"),
    "build.reserved": _tree(extra="[build.generated]\n"),
    "build.wrong-type": _tree(build='paths = "__init__.py"'),
    "build.ignored-value": _tree(build='paths = ""'),
    "build.paths-and-patterns": _tree(build='paths = ["a"]\npaths_exclude_pattern = ["b"]'),
    "build.pattern-double-star": _tree(build='paths_exclude_pattern = ["**"]'),
    "build.pattern-empty": _tree(build='paths_exclude_pattern = ["docs/", ""]'),
    "build.pattern-without-effect": _tree(build='paths_exclude_pattern = ["./docs"]'),
    "build.path-empty": _paths(""),
    "build.path-bad-character": _paths("icons\\gear.png"),
    "build.path-outside": _paths("../gear.png"),
    "build.path-twice": _paths("a", "./A", files=("a",)),
    "build.path-is-manifest": _paths("./blender_manifest.toml"),
    "build.path-missing": _paths("gear.png"),
    "build.path-is-folder": _like_blender(_paths("icons", files=("icons/gear.png",))),
    "build.folder-listed": _paths("icons", files=("icons/gear.png",)),
    "build.tests-packed": _tree("tests/test_gears.py"),
    "secret.file": _tree(".env", build="paths_exclude_pattern = ['/x']"),
    "build.path-is-output": _is_output,
    "build.link-outside": _with_link("../secret", build='paths = ["__init__.py", "link"]'),
    "build.link-skipped": _with_link("docs"),
    "build.not-a-file": _pipe,
    "build.name-not-unicode": _not_unicode,
    "package.init-compiled": _compiled,
    "build.caches-packed": _like_blender(
        _tree("__pycache__/a.pyc", build="paths_exclude_pattern = ['/x']")
    ),
    "build.version-control-packed": _like_blender(
        _tree(".git/HEAD", build="paths_exclude_pattern = ['/x']")
    ),
    "build.package-packed": _like_blender(
        _tree("gear_tool-1.0.0.zip", build="paths_exclude_pattern = ['/x']")
    ),
    "build.tools-packed": _like_blender(
        _tree(".github/ci.yml", build="paths_exclude_pattern = ['/x']")
    ),
    "build.no-platforms": _split(""),
    "build.platform-name": _split('platforms = ["win/x64"]\n'),
    "build.output-twice": _both_outputs,
    "build.output-folder": _no_output_folder,
    "build.output-is-folder": _output_is_folder,
}
#: Problems that need more than a folder; tested below.
ELSEWHERE = {
    "build.unreadable",
    "build.folder-in-use",
    "build.too-large",
    "build.output-unwritable",
    "build.source-date",
    "build.file-changed",
    "build.compression-missing",
    "build.images-missing",
}
_POSIX = {"build.link-outside", "build.link-skipped", "build.not-a-file", "build.name-not-unicode"}


def problems_of(source: Path, **arguments: Any) -> list[Problem]:
    try:
        return list(plan_build(source, **arguments).problems)
    except InvalidInput as error:
        return list(error.problems)


@pytest.mark.parametrize("code", SAMPLES)
def test_each_sample_has_exactly_its_problem(code: str, tmp_path: Path) -> None:
    if code in _POSIX and sys.platform == "win32":
        pytest.skip("not possible on Windows")
    arguments = SAMPLES[code](tmp_path / "source") or {}

    problems = problems_of(tmp_path / "source", **arguments)

    # Such a platform is unknown to Blender too.
    problems = [problem for problem in problems if problem.code != "manifest.platforms.unknown"]
    assert [problem.code for problem in problems] == [code]
    severity = "warning" if code == "package.init-compiled" else find(code).severity
    assert [problem.severity for problem in problems] == [severity]
    assert all(problem.hint for problem in problems)


def test_a_build_like_blenders_needs_its_output_folder(tmp_path: Path) -> None:
    make_source(tmp_path)

    [problem] = problems_of(tmp_path, output_dir=tmp_path / "none", like_blender=True)

    assert (problem.code, problem.hint) == (
        "build.output-folder",
        f"create it first: mkdir -p {tmp_path}/none",
    )


def test_a_compression_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deflate", None)

    with pytest.raises(InvalidInput) as caught:
        find_codec("libdeflate")
    assert caught.value.code == "build.compression-missing"
    assert find_codec().name == find_codec("zlib").name == "zlib"


def test_every_code_of_a_build_has_a_sample_or_a_test() -> None:
    own = {code for code in {*SAMPLES, *ELSEWHERE} if code.startswith("build.")}

    assert {code for code in all_codes() if code.startswith("build.")} == own


def test_a_problem_in_the_build_table_has_its_line_and_column(tmp_path: Path) -> None:
    make_source(tmp_path, extra='[build]\npaths = [\n  "__init__.py",\n  "/etc/passwd",\n]\n')

    [problem] = problems_of(tmp_path)

    assert str(problem.where) == "blender_manifest.toml:13:3"
    assert problem.where.field == "build.paths[1]"


def test_problems_of_manifest_build_table_and_output_are_reported_together(tmp_path: Path) -> None:
    make_source(tmp_path, extra='website = ""\n[build]\npaths = ["", "/a"]\n')

    problems = problems_of(tmp_path, output_dir=tmp_path / "__init__.py")

    assert [problem.code for problem in problems] == [
        "manifest.website.empty",
        "build.path-empty",
        "build.path-outside",
        "build.output-folder",
    ]


def test_a_missing_wheel_is_reported_with_its_line_and_its_actual_path(tmp_path: Path) -> None:
    make_source(tmp_path, f"other/{Path(_WHEEL[0]).name}", extra=wheels_line(_WHEEL))

    [problem] = problems_of(tmp_path)

    assert problem.code == "package.wheel-missing"
    assert problem.where.line == 10
    assert f"there is other/{Path(_WHEEL[0]).name}" in problem.hint


def test_a_wheel_outside_the_folder_is_not_packed(tmp_path: Path) -> None:
    make_source(tmp_path / "source", extra='wheels = ["../gears-1.0-py3-none-any.whl"]\n')
    (tmp_path / "gears-1.0-py3-none-any.whl").touch()

    problems = problems_of(tmp_path / "source")

    assert [p.code for p in problems if p.is_error] == ["build.path-outside"]


def test_a_similar_path_is_suggested_for_a_missing_file(tmp_path: Path) -> None:
    make_source(
        tmp_path, "icons/gear.png", extra='[build]\npaths = ["__init__.py", "icons/gaer.png"]'
    )

    [problem] = problems_of(tmp_path)

    assert problem.hint == "did you mean 'icons/gear.png'?"


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("# caches", "out of the quotes"),
        ("/", "write a name"),
        ("**/**", "write a name"),
        ("!./a", "begin with '/'"),
        ("docs\\", "use / between folders"),
    ],
)
def test_the_hint_for_a_pattern_without_effect_depends_on_its_cause(
    tmp_path: Path, pattern: str, hint: str
) -> None:
    make_source(
        tmp_path, extra=f"[build]\npaths_exclude_pattern = [{pattern!r}]\n".replace("\\\\", "\\")
    )

    [problem] = problems_of(tmp_path)

    assert problem.code == "build.pattern-without-effect"
    assert hint in problem.hint


@pytest.mark.parametrize("pattern", ["#a#", "\\!a", "a b", "**/a", "*", "a,b", "a$b"])
def test_a_pattern_that_can_match_is_not_reported(tmp_path: Path, pattern: str) -> None:
    make_source(
        tmp_path, extra=f"[build]\npaths_exclude_pattern = ['{pattern}', '!/__init__.py']\n"
    )

    assert problems_of(tmp_path) == []


def test_the_hint_for_packed_caches_depends_on_the_build_table(tmp_path: Path) -> None:
    listed = make_source(
        tmp_path / "a", "__pycache__/a.pyc", extra="[build]\npaths_exclude_pattern = ['x']"
    )
    empty = make_source(tmp_path / "b", "__pycache__/a.pyc", extra="[build]")

    assert (
        problems_of(listed, like_blender=True)[0].hint
        == "add '__pycache__/' to paths_exclude_pattern"
    )
    assert "remove the empty [build]" in problems_of(empty, like_blender=True)[0].hint


def test_rules_stricter_than_blender_are_warnings(tmp_path: Path) -> None:
    make_source(tmp_path, "read:me", "Gear.py", "gear.py")

    problems = problems_of(tmp_path)

    assert [(p.code, p.where.file, p.severity) for p in problems] == [
        ("path.case-collision", "gear.py", "warning"),
        ("path.not-portable", "read:me", "warning"),
    ]


def test_a_deleted_file_stops_the_build_and_the_old_package_stays(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", "a")
    target = tmp_path / "gear_tool-1.2.3.zip"
    target.write_bytes(b"old")
    (source / "a").unlink()
    (source / "a").symlink_to("nowhere")

    with pytest.raises(InvalidInput) as caught:
        build_member(source, tmp_path)

    assert caught.value.code == "build.unreadable"
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name, "source"]


def build_member(source: Path, folder: Path) -> None:
    """Build from a plan made before the file was deleted."""
    from dataclasses import replace

    from extery.author.build.execute import execute

    plan = plan_build(source, output_dir=folder)
    [package] = plan.packages
    members = (*package.members, SourceFile("a", 2, source / "a"))
    execute(replace(plan, packages=(replace(package, members=members),)))


def test_a_package_beyond_the_limits_of_zip_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source")
    with (source / "big.bin").open("wb") as file:
        file.truncate(1 << 32)  # a hole: takes no room

    [problem] = problems_of(source)

    assert problem.code == "build.too-large"
    assert "3 files of 4.3 GB" in problem.message


def test_a_folder_without_write_permission_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source")

    def refuse(*arguments: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("extery.core.files._new_file", refuse)
    with pytest.raises(ExteryError) as caught:
        build(source, output_dir=tmp_path)

    assert caught.value.code == "build.output-unwritable"
    assert "Permission denied" in str(caught.value)


@pytest.mark.parametrize("value", ["tomorrow", "-1", "1.5", "٣"])
def test_a_source_date_that_is_not_a_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)

    with pytest.raises(InvalidInput) as caught:
        build(make_source(tmp_path / "source"), output_dir=tmp_path)

    assert caught.value.code == "build.source-date"


def test_a_circular_link_is_left_out(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source")
    (source / "circle").symlink_to("circle")

    assert [p.code for p in plan_build(source).problems] == ["build.link-skipped"]


def test_a_source_folder_that_is_a_circular_link_is_reported(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")

    with pytest.raises(ExteryError) as caught:
        plan_build(tmp_path / "circle")
    assert caught.value.code == "manifest.file.unreadable"


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ('[build]\npaths = ["a\\u0000b"]\n', "build.path-bad-character"),
        (f'[build]\npaths = ["{"a" * 300}"]\n', "build.unreadable"),
        (f'wheels = ["{"a" * 300}-1-py3-none-any.whl"]\n', "package.wheel-missing"),
    ],
)
def test_an_impossible_file_name_is_reported(extra: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan_build(make_source(tmp_path / "source", extra=extra))
    assert caught.value.code == code


def test_files_of_an_interrupted_build_are_not_packed(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", extra="[build]\npaths_exclude_pattern = ['docs/']\n")
    (source / ".gear_tool-1.2.3.zip.k3x9.new").touch()

    [package] = plan_build(source, output_dir=source).packages

    assert {member.name for member in package.members} == {"blender_manifest.toml", "__init__.py"}
