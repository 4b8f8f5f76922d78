"""Builds: contents and names of packages, and reproducible bytes."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from extery.author.build.execute import build, plan_build
from extery.core.errors import Unavailable
from extery.core.files import hash_file
from extery.package.writer import WrittenZip
from extery.rules.engine import check_package
from tests.author.trees import make_source, wheel, wheels_line
from tests.samples.packages import ADD_ON, MANIFEST, THEME, XML

WHEELS = wheel("win_amd64", "manylinux_2_28_x86_64", "macosx_11_0_universal2", "any")
PLATFORMS = 'platforms = ["windows-x64", "linux-x64", "macos-arm64"]\n'


def names_in(package: Path) -> list[str]:
    with zipfile.ZipFile(package) as archive:
        return archive.namelist()


def test_a_package_is_named_after_its_id_and_version(tmp_path: Path) -> None:
    [built] = build(make_source(tmp_path / "source"), output_dir=tmp_path)

    assert built.path == tmp_path / "gear_tool-1.2.3.zip"
    assert names_in(built.path) == [MANIFEST, "__init__.py"]
    assert built.path.stat().st_size == built.size
    assert (built.manifest.id, built.platform) == ("gear_tool", None)


def test_a_built_package_is_valid(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", *WHEELS, extra=PLATFORMS + wheels_line(WHEELS))

    built = build(source, output_dir=tmp_path, split_platforms=True)
    built += build(source, output_dir=tmp_path)

    assert len(built) > 2
    for package in built:
        report = check_package(package.path)
        assert not report.problems
        assert (package.sha256, package.size) == hash_file(package.path)
        assert report.manifest == package.manifest


def test_members_are_the_manifest_then_wheels_then_other_files_by_name(tmp_path: Path) -> None:
    wheels = wheel("any", name="zeta") + wheel("any", name="alpha")
    files = ["b/x.py", "b.py", "a.py", "B.py", "wheels/readme.txt"]
    source = make_source(tmp_path / "source", *wheels, *files, extra=wheels_line(wheels))

    [built] = build(source, output_dir=tmp_path)

    assert names_in(built.path) == [
        MANIFEST,
        *wheels,
        *sorted(["__init__.py", *files]),
    ]


def test_the_same_files_give_the_same_bytes_in_another_folder_and_later(tmp_path: Path) -> None:
    digests = set()
    for number in range(3):
        source = make_source(tmp_path / f"source{number}", *WHEELS, "a.py", "b/c.py", "é.png")
        for path in source.rglob("*.py"):
            os.utime(path, (10**9 + number, 10**9 + number))
            path.chmod(0o600 + number)
        digests.add(build(source, output_dir=tmp_path)[0].sha256)

    assert len(digests) == 1


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", *(f"file{number}.py" for number in range(40)))
    [here] = build(source, output_dir=tmp_path)
    (tmp_path / "there").mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "extery", "build", "--json", "--output-dir", "there", source],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout)["packages"][0]["sha256"] == here.sha256


def test_only_the_source_date_changes_the_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    [built] = build(source, output_dir=tmp_path)

    with zipfile.ZipFile(built.path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_a_split_build_writes_one_package_for_each_platform(tmp_path: Path) -> None:
    other = wheel("any", name="unlisted")
    source = make_source(
        tmp_path / "source", *WHEELS, *other, extra=PLATFORMS + wheels_line(WHEELS)
    )
    windows, linux, macos, anywhere = WHEELS

    built = build(source, output_dir=tmp_path, split_platforms=True)

    assert {package.path.name: names_in(package.path)[1:-2] for package in built} == {
        "gear_tool-1.2.3-windows_x64.zip": [windows, anywhere],
        "gear_tool-1.2.3-linux_x64.zip": [linux, anywhere],
        "gear_tool-1.2.3-macos_arm64.zip": [macos, anywhere],
    }
    assert [package.manifest.platforms for package in built] == [
        ("windows-x64",),
        ("linux-x64",),
        ("macos-arm64",),
    ]
    assert built[1].manifest.wheels == (f"./{linux}", f"./{anywhere}")


def test_a_split_build_does_not_need_wheels_of_other_platforms(tmp_path: Path) -> None:
    wheels = wheel("win_amd64", "macosx_11_0_arm64")
    extra = 'platforms = ["windows-x64"]\n' + wheels_line(wheels)
    source = make_source(tmp_path / "source", wheels[0], extra=extra)

    [built] = build(source, output_dir=tmp_path, split_platforms=True)

    assert names_in(built.path) == [MANIFEST, wheels[0], "__init__.py"]


def test_paths_and_wheels_work_in_a_split_build(tmp_path: Path) -> None:
    extra = PLATFORMS + wheels_line(WHEELS) + '[build]\npaths = ["__init__.py", "./a//b.py"]\n'
    source = make_source(tmp_path / "source", *WHEELS, "a/b.py", "left_out.py", extra=extra)

    built = build(source, output_dir=tmp_path, split_platforms=True)

    assert [names_in(package.path) for package in built] == [
        [MANIFEST, WHEELS[index], WHEELS[3], "__init__.py", "a/b.py"] for index in range(3)
    ]


def test_patterns_do_not_exclude_wheels_and_manifest(tmp_path: Path) -> None:
    extra = wheels_line(WHEELS) + '[build]\npaths_exclude_pattern = ["wheels/", "*.toml", "*.md"]\n'
    source = make_source(tmp_path / "source", *WHEELS, "wheels/a.txt", "x.md", extra=extra)

    [built] = build(source, output_dir=tmp_path)

    assert names_in(built.path) == [MANIFEST, *WHEELS, "__init__.py"]


def test_a_wheel_that_is_listed_twice_is_packed_once(tmp_path: Path) -> None:
    [path] = wheel("any")
    extra = f'wheels = ["./{path}", "{path}", "/{path}"]\n'
    source = make_source(tmp_path / "source", path, extra=extra)

    [built] = build(source, output_dir=tmp_path)

    assert names_in(built.path) == [MANIFEST, path, "__init__.py"]


def test_the_package_itself_is_never_packed(tmp_path: Path) -> None:
    extra = '[build]\npaths_exclude_pattern = ["nothing"]\n'
    source = make_source(tmp_path, "gear_tool-1.2.3-linux_x64.zip", extra=extra)

    first = build(source, output_dir=source, like_blender=True)[0].sha256
    second = build(source, output_dir=source, like_blender=True)[0]

    assert second.sha256 == first
    assert "gear_tool-1.2.3.zip" not in names_in(second.path)
    assert "gear_tool-1.2.3-linux_x64.zip" in names_in(second.path)


def test_a_listed_link_to_a_file_inside_the_source_is_followed(tmp_path: Path) -> None:
    extra = '[build]\npaths = ["__init__.py", "gear.png"]\n'
    source = make_source(tmp_path / "source", "images/gear.png", extra=extra)
    (source / "gear.png").symlink_to("images/gear.png")
    (tmp_path / "link").symlink_to(source)

    [built] = build(tmp_path / "link", output_dir=tmp_path)

    with zipfile.ZipFile(built.path) as archive:
        assert archive.read("gear.png") == b"images/gear.png\n"


def test_an_output_file_sets_the_name(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", extra=PLATFORMS)

    [one] = build(source, output_file=tmp_path / "my.gears.zip")
    several = build(source, output_file=tmp_path / "my.gears.zip", split_platforms=True)

    assert one.path == tmp_path / "my.gears.zip"
    assert [package.path.name for package in several] == [
        "my.gears-windows_x64.zip",
        "my.gears-linux_x64.zip",
        "my.gears-macos_arm64.zip",
    ]


def test_a_line_break_in_the_version_stays_out_of_the_file_name(tmp_path: Path) -> None:
    manifest = ADD_ON.replace(b'"1.2.3"', b'"1.2.3\\n"')
    source = make_source(tmp_path / "source", manifest=manifest)

    [built] = build(source, output_dir=tmp_path)

    assert built.path.name == "gear_tool-1.2.3.zip"


def test_a_theme_needs_no_module(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", manifest=THEME, init=False)
    (source / "dusk.xml").write_bytes(XML)

    [built] = build(source, output_dir=tmp_path)

    assert names_in(built.path) == [MANIFEST, "dusk.xml"]


def test_the_valid_tags_can_be_replaced(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source", extra='tags = ["Gears"]\n')

    assert plan_build(source, valid_tags={"add-on": ["Gears"], "theme": []})
    assert plan_build(source, valid_tags={})
    with pytest.raises(Exception, match="'Gears' is not a tag"):
        plan_build(source)


def test_planning_writes_nothing(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source")

    plan = plan_build(source, output_dir=tmp_path)

    assert [package.path.name for package in plan.packages] == ["gear_tool-1.2.3.zip"]
    assert [member.name for member in plan.packages[0].members] == [MANIFEST, "__init__.py"]
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_failed_split_build_replaces_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source", extra=PLATFORMS)
    built = build(source, output_dir=tmp_path, split_platforms=True)
    before = {package.path: package.sha256 for package in built}
    (source / "more.py").write_text("value = 1")
    written = []

    def fill_the_disk(file: BinaryIO, members: object, **more: Any) -> WrittenZip:
        written.append(file.write(b"half"))
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        return WrittenZip([], [])

    monkeypatch.setattr("extery.author.build.execute.write_zip", fill_the_disk)
    with pytest.raises(Unavailable) as caught:
        build(source, output_dir=tmp_path, split_platforms=True)

    assert caught.value.problems[0].where.file == str(built[1].path)
    assert {path: hash_file(path)[0] for path in before} == before
    assert sorted(tmp_path.glob("*.zip*")) == sorted(before)
    assert not list(tmp_path.glob(".*"))
