"""Which files a build packs: folders in paths, defaults beside [build], and what is left out and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extery.author.build.execute import build, execute
from extery.author.build.left_out import LeftOut
from extery.author.build.plan import plan_build
from extery.author.validate import check_folder
from extery.core.errors import InvalidInput
from tests.author.trees import make_source, wheel, wheels_line
from tests.samples.packages import MANIFEST

PATTERNS = "[build]\npaths_exclude_pattern = "
FILES = (
    *("gears.py", "icons/gear.png", "icons/deep/er/small.png", "icons/.DS_Store", "icons/.hidden"),
    *("icons/__pycache__/x.pyc", "docs/a.md", ".git/HEAD", ".github/ci.yml", ".vscode/a.json"),
    *("__pycache__/a.pyc", ".venv/pyvenv.cfg", "node_modules/x/index.js", "__MACOSX/._a"),
    *("Thumbs.db", ".mypy_cache/x.json", "gear_tool-1.0.0.zip", "env/pyvenv.cfg", "env/lib/a.py"),
)
WANTED = {"__init__.py", "gears.py", "icons/gear.png", "icons/deep/er/small.png", "docs/a.md"}


def packed(source: Path, **arguments: Any) -> set[str]:
    [package] = plan_build(source, **arguments).packages
    names = [member.name for member in package.members]
    assert len(names) == len(set(names))
    return {*names} - {MANIFEST}


def left_out(source: Path, **arguments: Any) -> dict[str, LeftOut]:
    [package] = plan_build(source, **arguments).packages
    return {item.path: item for item in package.left_out}


def codes(source: Path, **arguments: Any) -> list[str]:
    try:
        return [problem.code for problem in plan_build(source, **arguments).problems]
    except InvalidInput as error:
        return [problem.code for problem in error.problems]


@pytest.mark.parametrize(
    "extra", ["", "[build]\n", "[build]\nexclude = ['x']\n", "[build]\npaths = []\n", PATTERNS + "[]\n"]
)  # fmt: skip
def test_the_defaults_hold_without_build_and_with_an_empty_one(extra: str, tmp_path: Path) -> None:
    source = make_source(tmp_path, *FILES, extra=extra)

    assert packed(source) == WANTED
    assert {*codes(source)} <= {"manifest.key.unknown"}


def test_what_no_extension_needs_is_left_out_beside_patterns_too(tmp_path: Path) -> None:
    source = make_source(tmp_path, *FILES, extra=PATTERNS + "['docs/']\n")

    # The patterns replace those of Blender, such as the one for hidden files.
    assert packed(source) == WANTED - {"docs/a.md"} | {"icons/.hidden"}
    assert codes(source) == []


def test_a_pattern_with_an_exclamation_mark_includes_what_is_left_out_by_default(
    tmp_path: Path,
) -> None:
    source = make_source(tmp_path, *FILES, extra=PATTERNS + "['!.github/', '!Thumbs.db']\n")

    assert packed(source) == WANTED | {"icons/.hidden", ".github/ci.yml", "Thumbs.db"}
    assert sorted(codes(source)) == ["build.tools-packed", "package.system-files"]


def test_like_blender_packs_what_blender_packs(tmp_path: Path) -> None:
    bare = make_source(tmp_path / "bare", *FILES, extra="[build]\n")
    listed = make_source(tmp_path / "listed", *FILES, extra=PATTERNS + "['docs/']\n")

    hidden = {name for name in FILES if any(part[0] == "." for part in name.split("/"))}
    assert packed(bare, like_blender=True) == {"__init__.py", *FILES} - hidden
    assert packed(listed, like_blender=True) == {"__init__.py", *FILES} - {"docs/a.md"}
    assert "build.caches-packed" in codes(bare, like_blender=True)
    assert "build.tools-packed" in codes(listed, like_blender=True)


def test_each_file_that_is_left_out_has_its_reason(tmp_path: Path) -> None:
    source = make_source(tmp_path, *FILES, extra=PATTERNS + "['docs/', '*.zip', '/icons/deep']\n")
    (source / "link.py").symlink_to("gears.py")

    found = left_out(source)

    assert found["docs/"] == ("docs/", "pattern", "docs/")
    assert found["icons/deep/"] == ("icons/deep/", "pattern", "/icons/deep")
    assert found["gear_tool-1.0.0.zip"].pattern == "*.zip"
    assert found[".git/"] == (".git/", "default", ".git")
    assert found["icons/.DS_Store"].reason == "default"
    assert found["env/"].reason == "environment"
    assert found["link.py"].reason == "link"
    assert list(found) == sorted(found)
    # Nothing below a folder that is left out.
    assert not any(path.startswith(("docs/a", ".git/H")) for path in found)


def test_a_folder_in_paths_packs_what_is_below_it(tmp_path: Path) -> None:
    extra = '[build]\npaths = ["__init__.py", "icons", "docs/"]\n'
    source = make_source(tmp_path, *FILES, extra=extra)

    assert packed(source) == WANTED - {"gears.py"}
    problems = plan_build(source).problems
    assert [(p.code, p.severity, p.where.line) for p in problems] == [
        ("build.folder-listed", "warning", 11),
        ("build.folder-listed", "warning", 11),
    ]
    assert problems[0].message == (
        "icons is a folder: its files (2) are packed, and Blender's own build would pack none of them"
    )
    assert [p.code for p in check_folder(source).problems] == [p.code for p in problems]
    found = left_out(source)
    assert found["gears.py"].reason == "not-listed"
    assert found["icons/__pycache__/"].reason == "default"
    assert "docs/" not in found


def test_a_file_in_a_listed_folder_is_packed_once(tmp_path: Path) -> None:
    wheels = wheel("any")
    extra = wheels_line(wheels) + '[build]\npaths = ["icons/gear.png", "icons", ".", "wheels"]\n'
    source = make_source(tmp_path, *FILES, *wheels, extra=extra)

    assert packed(source) == WANTED | {*wheels}


def test_wheels_of_other_platforms_in_a_listed_folder_stay_out_of_split_packages(
    tmp_path: Path,
) -> None:
    wheels = wheel("win_amd64", "manylinux_2_28_x86_64", "macosx_11_0_arm64")
    extra = 'platforms = ["windows-x64", "linux-x64"]\n' + wheels_line(wheels)
    source = make_source(
        tmp_path,
        *wheels,
        "wheels/a.txt",
        extra=extra + '[build]\npaths = ["__init__.py", "wheels"]',
    )

    packages = plan_build(source, split_platforms=True).packages

    names = [{member.name for member in package.members} for package in packages]
    common = {MANIFEST, "__init__.py", "wheels/a.txt"}
    assert names == [common | {wheels[0]}, common | {wheels[1]}]
    assert [
        {item.path for item in package.left_out if item.reason == "platform"}
        for package in packages
    ] == [{wheels[1], wheels[2]}, {wheels[0], wheels[2]}]


def test_several_libraries_are_split_by_platform(tmp_path: Path) -> None:
    numba = wheel("win_amd64", "manylinux_2_28_x86_64", "macosx_11_0_universal2", name="numba")
    scipy = wheel("win_amd64", "musllinux_1_2_x86_64", "macosx_10_9_x86_64", name="scipy")
    pure = wheel("any", name="attrs")
    wheels = [*numba, *scipy, *pure]
    extra = 'platforms = ["windows-x64", "linux-x64", "macos-arm64", "macos-x64"]\n'
    source = make_source(tmp_path / "source", *wheels, extra=extra + wheels_line(wheels))

    built = build(source, output_dir=tmp_path, split_platforms=True)

    packed = {
        package.platform: [m.name for m in package.members if m.name.endswith(".whl")]
        for package in built
    }
    assert packed == {
        "windows-x64": [numba[0], scipy[0], *pure],
        "linux-x64": [numba[1], scipy[1], *pure],
        "macos-arm64": [numba[2], *pure],
        "macos-x64": [numba[2], scipy[2], *pure],
    }
    assert [package.manifest.wheels for package in built] == [
        tuple(f"./{name}" for name in names) for names in packed.values()
    ]


def test_a_listed_folder_without_files_is_named(tmp_path: Path) -> None:
    source = make_source(tmp_path, "icons/", extra='[build]\npaths = ["__init__.py", "icons"]\n')

    [problem] = plan_build(source).problems

    assert "without a file to pack" in problem.message


def test_a_listed_link_to_a_folder_outside_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.txt").touch()
    source = make_source(tmp_path / "source", extra='[build]\npaths = ["__init__.py", "data"]\n')
    (source / "data").symlink_to(tmp_path / "private")

    assert codes(source) == ["build.link-outside"]


def test_a_listed_folder_is_an_error_in_a_build_like_blenders(tmp_path: Path) -> None:
    source = make_source(tmp_path, *FILES, extra='[build]\npaths = ["__init__.py", "icons"]\n')

    assert codes(source, like_blender=True) == ["build.path-is-folder"]


def test_the_output_folder_is_created_and_removed_after_a_failure(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source")
    [built] = build(source, output_dir=tmp_path / "a" / "b")
    assert built.path == tmp_path / "a" / "b" / "gear_tool-1.2.3.zip"
    [other] = build(source, output_file=tmp_path / "c" / "gears.zip")
    assert other.path.is_file()

    plan = plan_build(source, output_dir=tmp_path / "d" / "e")
    (source / "__init__.py").unlink()
    with pytest.raises(InvalidInput):
        execute(plan)
    assert not (tmp_path / "d").exists()


def test_an_output_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "dist").touch()

    assert codes(make_source(tmp_path / "source"), output_dir=tmp_path / "dist") == [
        "build.output-folder"
    ]


def test_tests_are_named(tmp_path: Path) -> None:
    with_tests = make_source(tmp_path / "a", "tests/test_gears.py", "tests/data/gear.txt")
    other = make_source(tmp_path / "b", "tests/shapes.py", "lib/tests/test_lib.py")

    [problem] = plan_build(with_tests).problems
    assert (problem.code, problem.where.file) == ("build.tests-packed", "tests/")
    assert "tests/ with 2 files" in problem.message
    assert codes(other) == []
