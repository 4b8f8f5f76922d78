"""A build takes unchanged files from the last one: with the same bytes, and never with old ones."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extery.author.build.execute import BuiltPackage, execute, plan_build
from extery.author.build.last_build import MAX_FOLDERS, record_of
from extery.core.errors import InvalidInput
from extery.core.files import hash_file
from extery.package.codecs import find_codec
from tests.author.trees import make_source, wheel, wheels_line

PLATFORMS = 'platforms = ["windows-x64", "linux-x64"]\n'


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def make(folder: Path) -> Path:
    """A source folder with files that compress."""
    source = make_source(folder, extra=PLATFORMS)
    for number in range(20):
        (source / f"part{number}.py").write_text(f"value = {number}\n" * 200)
    return source


def build(source: Path, output: Path, **arguments: Any) -> list[BuiltPackage]:
    split = arguments.pop("split", False)
    plan = plan_build(source, output_dir=output, split_platforms=split)
    return execute(plan, record=record_of(plan.source), **arguments)


def fresh(source: Path, output: Path, **arguments: Any) -> list[str]:
    """Return the digests of a build that knows nothing of earlier ones."""
    split = arguments.pop("split", False)
    plan = plan_build(source, output_dir=output, split_platforms=split)
    return [package.sha256 for package in execute(plan, **arguments)]


def test_unchanged_files_are_taken_from_the_last_package(tmp_path: Path) -> None:
    source = make(tmp_path / "source")
    [first] = build(source, tmp_path / "out")
    (source / "part3.py").write_text("value = 'new'\n" * 90)

    [second] = build(source, tmp_path / "out")

    # The manifest, and the files that were there.
    assert (first.reused, second.reused) == (0, 21)
    assert [second.sha256] == fresh(source, tmp_path / "fresh")
    with zipfile.ZipFile(second.path) as archive:
        assert archive.read("part3.py") == b"value = 'new'\n" * 90


def test_a_file_with_the_same_size_and_time_as_before_is_read(tmp_path: Path) -> None:
    source = make(tmp_path / "source")
    build(source, tmp_path / "out")
    path = source / "part3.py"
    status = path.stat()
    path.write_text("value = 8\n" * 200)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    [package] = build(source, tmp_path / "out")

    with zipfile.ZipFile(package.path) as archive:
        assert archive.read("part3.py") == b"value = 8\n" * 200


def test_the_next_version_and_a_copy_of_the_folder_have_the_same_bytes_as_ever(
    tmp_path: Path,
) -> None:
    source = make(tmp_path / "source")
    build(source, tmp_path / "out")
    manifest = source / "blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('"1.2.3"', '"1.2.4"'))

    [newer] = build(source, tmp_path / "out")

    assert newer.path.name == "gear_tool-1.2.4.zip"
    assert newer.reused == 21
    shutil.copytree(source, tmp_path / "copy")
    [copy] = build(tmp_path / "copy", tmp_path / "out2")
    assert (copy.reused, copy.sha256) == (0, newer.sha256)


def test_packages_of_a_split_build_share_their_files(tmp_path: Path) -> None:
    wheels = wheel("win_amd64", "manylinux_2_28_x86_64")
    source = make(tmp_path / "source")
    make_source(source, *wheels, extra=PLATFORMS + wheels_line(wheels))

    one, two = build(source, tmp_path / "out", split=True)
    again = build(source, tmp_path / "out", split=True)

    assert (one.reused, two.reused) == (0, 21)
    assert [package.reused for package in again] == [22, 22]
    assert [package.sha256 for package in again] == [one.sha256, two.sha256]
    assert [one.sha256, two.sha256] == fresh(source, tmp_path / "fresh", split=True)


@pytest.mark.parametrize(
    ("what", "damage"),
    [
        ("package", lambda path: path.unlink()),
        ("package", lambda path: path.write_bytes(b"PK" * 3000)),
        ("package", lambda path: path.write_bytes(path.read_bytes()[::-1])),
        ("record", lambda path: path.write_bytes(b"")),
        ("record", lambda path: path.write_bytes(path.read_bytes()[:-3])),
        ("record", lambda path: path.write_bytes(path.read_bytes().replace(b"8", b"9"))),
        ("record", lambda path: path.unlink()),
        ("record", lambda path: (path.unlink(), path.mkdir())),
    ],
)
def test_a_damaged_package_or_record_changes_no_byte(
    what: str, damage: Callable[[Path], object], tmp_path: Path
) -> None:
    source = make(tmp_path / "source")
    [first] = build(source, tmp_path / "out")
    record = record_of(source)
    assert record is not None
    assert record.is_file()
    damage(first.path if what == "package" else record)

    [second] = build(source, tmp_path / "out")

    # That a file does not get smaller is known from the record alone.
    stored = sum(member.size == member.packed for member in first.members)
    assert second.reused <= (stored if what == "package" else 0)
    assert second.sha256 == first.sha256


def test_another_codec_takes_nothing(tmp_path: Path) -> None:
    source = make(tmp_path / "source")
    build(source, tmp_path / "out", codec=find_codec("zlib"))

    [other] = build(source, tmp_path / "out", codec=find_codec("libdeflate"))

    assert other.reused == 0
    assert [other.sha256] == fresh(source, tmp_path / "f", codec=find_codec("libdeflate"))


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "file" / "cache"))

    assert build(make(tmp_path / "source"), tmp_path / "out")


def test_the_records_of_folders_built_long_ago_are_removed(tmp_path: Path, cache: Path) -> None:
    (cache / "builds").mkdir(parents=True)
    for number in range(MAX_FOLDERS + 5):
        old = cache / "builds" / f"{number}.json"
        old.touch()
        os.utime(old, (1000 + number, 1000 + number))

    build(make(tmp_path / "source"), tmp_path / "out")

    names = {path.name for path in (cache / "builds").iterdir()}
    assert len(names) == MAX_FOLDERS
    assert "5.json" not in names
    assert "6.json" in names


def test_a_file_that_changes_after_it_was_checked_stops_the_build(tmp_path: Path) -> None:
    source = make(tmp_path / "source")
    [old] = build(source, tmp_path / "out")
    plan = plan_build(source, output_dir=tmp_path / "out")
    (source / "part3.py").write_text("value = 4\n" * 200)
    os.utime(source / "part3.py", (10**9, 10**9))

    with pytest.raises(InvalidInput) as caught:
        execute(plan)

    assert (caught.value.code, caught.value.problems[0].where.file) == (
        "build.file-changed",
        "part3.py",
    )
    assert hash_file(old.path)[0] == old.sha256
    assert [path.name for path in (tmp_path / "out").iterdir()] == [old.path.name]


def test_a_file_that_grows_while_it_is_read_stops_the_build(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source")
    with (source / "large.bin").open("wb") as file:
        file.write(os.urandom(18 << 20))
    plan = plan_build(source, output_dir=tmp_path / "out")
    [package] = plan.packages
    # The time that was checked is not compared, as if it had the resolution of seconds.
    members = tuple(member._replace(mtime_ns=None) for member in package.members)
    added: list[int] = []

    def grow(_: object) -> None:
        with (source / "large.bin").open("ab") as file:
            added.append(file.write(b"more"))

    with pytest.raises(InvalidInput) as caught:
        execute(replace(plan, packages=(replace(package, members=members),)), on_member=grow)

    assert caught.value.code == "build.file-changed"
    assert added
    assert not (tmp_path / "out").exists()


def test_builds_of_two_folders_with_other_times_and_orders_are_the_same(tmp_path: Path) -> None:
    contents = {f"part{n}/file{n}.txt": f"{n}\n".encode() * 500 for n in range(30)}
    digests = set()
    for number, names in enumerate([sorted(contents), sorted(contents, reverse=True)]):
        source = make_source(tmp_path / f"source{number}")
        for name in names:
            (source / name).parent.mkdir(exist_ok=True)
            (source / name).write_bytes(contents[name])
            os.utime(source / name, (10**9 + number * 7, 10**9 + number * 7))
        for _ in range(2):
            digests.update(package.sha256 for package in build(source, tmp_path / f"{number}"))
        digests.update(fresh(source, tmp_path / "fresh"))

    assert len(digests) == 1
