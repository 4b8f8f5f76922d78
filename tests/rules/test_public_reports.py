"""Packages and folders as people made them: one message for each cause, at its true place, with a cure that works."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from extery.author.build.execute import plan_build
from extery.author.build.pattern_habits import advice_on_pattern
from extery.author.validate import check_folder
from extery.core.codes.explanation import explain
from extery.core.errors import InvalidInput, Problem
from extery.rules.engine import Scope, check_package
from tests.author.trees import make_source, wheels_line
from tests.samples.packages import ADD_ON, MANIFEST, THEME, XML, add_on, packed

INIT = b"def register(): ...\n"


def problems_of(data: bytes, *, scope: Scope = Scope.PACKAGE) -> list[Problem]:
    return list(check_package(io.BytesIO(data), name="gears 1.zip", scope=scope).problems)


def built(source: Path) -> list[Problem]:
    try:
        return list(plan_build(source).problems)
    except InvalidInput as error:
        return list(error.problems)


# Archives of the Finder and the Explorer

FINDER = (
    ("gears/" + MANIFEST, ADD_ON),
    ("gears/__init__.py", INIT),
    ("gears/icons/.DS_Store", b"Bud1"),
    ("__MACOSX/gears/._" + MANIFEST, b"\0\5\x16\7"),
    ("__MACOSX/._gears", b"\0\5\x16\7"),
)


def test_files_of_the_finder_are_one_problem_with_their_true_place() -> None:
    [problem] = problems_of(packed(*FINDER))

    assert problem.code == "package.system-files"
    assert problem.where.path == ("gears/icons/.DS_Store",)
    assert "and 2 more are files of macOS" in problem.message
    assert "zip -d 'gears 1.zip' '*.DS_Store' '__MACOSX/*'" in problem.hint


def test_other_files_outside_the_folder_stay_a_problem_of_their_own() -> None:
    problems = problems_of(packed(*FINDER, ("README.md", b"#")))

    assert [problem.code for problem in problems] == [
        "package.outside-root",
        "package.system-files",
    ]
    assert problems[0].where.path == ("README.md",)
    assert problems[0].message.startswith("'README.md' is outside gears/")


def test_files_of_two_systems_are_two_problems() -> None:
    problems = problems_of(add_on(("Thumbs.db", b"x"), ("icons/._a.png", b"x")))

    assert [dict(problem.values)["system"] for problem in problems] == ["Windows", "macOS"]


def test_a_hidden_copy_of_a_theme_is_no_second_theme() -> None:
    data = packed((MANIFEST, THEME), ("dusk.xml", XML), ("._dusk.xml", b"\0\5\x16\7"))

    assert [problem.code for problem in problems_of(data)] == ["package.system-files"]


def test_a_folder_that_packs_files_of_a_system_names_the_patterns(tmp_path: Path) -> None:
    source = make_source(
        tmp_path, "icons/.DS_Store", extra="[build]\npaths_exclude_pattern = ['*.psd']\n"
    )

    [problem] = plan_build(source, like_blender=True).problems

    assert built(source) == []  # it is left out
    assert problem.hint == "add '.DS_Store' to paths_exclude_pattern"


# Archives of code hosts


def test_a_manifest_in_a_hidden_folder_is_the_reason_that_blender_finds_none() -> None:
    for scope in (Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD):
        data = packed((".gears/" + MANIFEST, ADD_ON), (".gears/__init__.py", INIT))
        [problem] = problems_of(data, scope=scope)

        assert problem.code == "package.manifest-missing"
        assert problem.where.path == (".gears/" + MANIFEST,)
        assert "Blender ignores paths that begin with a dot" in problem.message


def test_the_files_of_a_repository_around_the_extension_have_their_own_paths() -> None:
    root = "gears-2.1/"
    data = packed(
        (root + ".gitignore", b"x"),
        (root + "tests/test_gears.py", b""),
        (root + "src/gears/" + MANIFEST, ADD_ON),
        (root + "src/gears/__init__.py", INIT),
    )

    [problem] = problems_of(data)

    assert problem.where.path == (root + ".gitignore",)
    assert problem.message.startswith(f"'{root}.gitignore' and 1 more are outside {root}src/gears/")


# Ids


def test_a_capital_in_an_id_is_advice_for_authors_only() -> None:
    data = add_on(manifest=ADD_ON.replace(b"gear_tool", b"GearTool"))

    assert [problem.code for problem in problems_of(data)] == ["manifest.id.capitals"]
    assert problems_of(data, scope=Scope.REPOSITORY) == []


def test_an_explanation_does_not_capitalize_the_name_of_a_field() -> None:
    assert explain("manifest.id.capitals").title == "id has capital letters"
    assert explain("manifest.blender_version_max.empty").title.startswith("blender_version_max")
    assert explain("package.symlink").title.startswith("The package")


# Symbolic links


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_the_hint_for_a_link_works_for_a_folder_outside(tmp_path: Path) -> None:
    source = make_source(tmp_path / "src")
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "lib.py").touch()
    (source / "shared").symlink_to("../shared")

    [problem] = check_folder(source).problems

    assert built(source) == [problem]
    assert problem.hint == "replace the link with a copy of the folder it leads to"


# Wheels for one system only


def wheels(*names: str, platforms: tuple[str, ...]) -> str:
    paths = [f"wheels/{name}.whl" for name in names]
    return f"platforms = {list(platforms)}\n" + wheels_line(paths)


def lint(tmp_path: Path, *names: str, platforms: tuple[str, ...]) -> list[Problem]:
    source = make_source(
        tmp_path,
        *(f"wheels/{name}.whl" for name in names),
        extra=wheels(*names, platforms=platforms),
    )
    problems = list(check_folder(source).problems)
    assert built(source) == problems
    return [problem for problem in problems if problem.code.startswith("manifest.")]


def test_libraries_that_exist_for_one_system_only_are_no_problem(tmp_path: Path) -> None:
    frameworks = [
        f"pyobjc_framework_{n}-11.0-cp311-cp311-macosx_11_0_universal2" for n in range(26)
    ]

    problems = lint(tmp_path, *frameworks, platforms=("macos-arm64", "windows-x64", "linux-x64"))

    assert problems == []


def test_libraries_without_wheels_for_one_platform_are_one_problem(tmp_path: Path) -> None:
    names = [
        f"lib{n}-1.0-cp311-cp311-{tag}"
        for n in range(26)
        for tag in ("win_amd64", "macosx_11_0_arm64")
    ]

    [problem] = lint(tmp_path, *names, platforms=("windows-x64", "macos-arm64", "linux-x64"))

    assert problem.code == "manifest.wheels.platform-without"
    assert "'linux-x64'" in problem.message
    assert "and 22 more" in problem.message


def test_wheels_for_a_platform_that_is_not_listed_are_one_problem(tmp_path: Path) -> None:
    names = [f"lib{n}-1.0-cp311-cp311-macosx_11_0_arm64" for n in range(26)]

    [problem] = lint(tmp_path, *names, platforms=("windows-x64",))

    assert problem.code == "manifest.wheels.unlisted-platform"
    assert "and 22 more are for macos-arm64" in problem.message


# Patterns of other tools


@pytest.mark.parametrize(
    ("pattern", "variant", "corrected"),
    [
        ("*.{jpeg,psd}", "braces", "'*.jpeg', '*.psd'"),
        ("docs/{a,b}/*.md", "braces", "'docs/a/*.md', 'docs/b/*.md'"),
        ("*.psd ", "blanks", "'*.psd'"),
        (" tests/", "blanks", "'tests/'"),
        ("*.psd, *.kra", "several", "'*.psd', '*.kra'"),
        ("*.psd;*.kra", "several", "'*.psd', '*.kra'"),
        ("#tests", "comment", ""),
        (".*\\.psd$", "backslash", ""),
        ("tests.*$", "regex", ""),
        ("^tests/", "regex", ""),
        ("~/tests/", "absolute", ""),
        ("C:/tests/", "absolute", ""),
    ],
)
def test_a_pattern_of_another_tool_is_named_with_its_cure(
    pattern: str, variant: str, corrected: str
) -> None:
    assert advice_on_pattern(pattern) == (variant, corrected)
    for item in corrected.split(", ") if corrected else ():
        assert advice_on_pattern(item.strip("'")) is None


@pytest.mark.parametrize("pattern", [".*", "*.blend1", "[._]*.s[a-v][a-z]", "a,b.txt", "#save#"])
def test_a_pattern_that_works_has_no_advice(pattern: str) -> None:
    assert advice_on_pattern(pattern) is None


# Themes


@pytest.mark.parametrize(
    "files",
    [{"dusk.xml": XML, "dawn.xml": XML}, {}, {"dusk.xml": b"<svg/>"}, {"dusk.xml": b"<bpy"}],
)
def test_validate_and_build_refuse_the_same_themes(tmp_path: Path, files: dict[str, bytes]) -> None:
    source = make_source(tmp_path, manifest=THEME, init=False)
    for name, data in files.items():
        (source / name).write_bytes(data)

    report = check_folder(source)

    assert not report.ok
    assert built(source) == list(report.problems)
