"""Finding and reading the packages of a folder."""

import hashlib
import io
import os
import pickle
import sys
import zipfile
from pathlib import Path

import pytest

from extery.core.errors import NotFound, ProblemList
from extery.repository.package_scan import scan_package
from extery.repository.scan import find_packages
from extery.rules.engine import check_package
from tests.repository.packages import put
from tests.samples.packages import (
    ADD_ON,
    MANIFEST,
    PACKAGES,
    WHEEL,
    WITH_WHEEL,
    add_on,
    packed,
    wheel,
)


def test_packages_are_found_in_the_folder_itself_by_name(tmp_path: Path) -> None:
    for name in ("b.zip", "a.zip", ".hidden.zip", "notes.txt", "zip", "index.json"):
        (tmp_path / name).touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "c.zip").touch()
    problems = ProblemList()

    assert [item.name for item in find_packages(tmp_path, problems)] == ["a.zip", "b.zip"]
    assert not problems


def test_files_that_look_like_packages_are_reported(tmp_path: Path) -> None:
    (tmp_path / "folder.zip").mkdir()
    (tmp_path / "shout.ZIP").touch()
    problems = ProblemList()

    assert find_packages(tmp_path, problems) == []
    assert [(p.code, p.where.file) for p in problems] == [
        ("generate.folder-named-zip", str(tmp_path / "folder.zip")),
        ("generate.suffix-uppercase", str(tmp_path / "shout.ZIP")),
    ]
    assert all(problem.severity == "warning" for problem in problems)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_pipes_and_devices_are_reported_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "link.zip").symlink_to("/dev/zero")
    problems = ProblemList()

    [found] = find_packages(tmp_path, problems)

    assert [problem.code for problem in problems] == ["generate.not-a-file"]
    assert found.name == "link.zip"
    assert [p.code for p in scan_package(tmp_path, "link.zip").problems] == ["package.unreadable"]


def test_a_missing_folder_is_an_error_with_a_code(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no folder") as caught:
        find_packages(tmp_path / "none", ProblemList())

    assert caught.value.code == "generate.folder-missing"


def test_a_package_is_read_with_its_hash_and_manifest(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip")

    archive = scan_package(path.parent, path.name)

    assert archive.entry is not None
    assert (archive.name, archive.entry["id"]) == ("a.zip", "gear_tool")
    assert archive.size == path.stat().st_size
    assert archive.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert archive.problems == ()


def test_packages_are_read_leniently(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", tagline="Makes gears!", blender_version_min="4.2")

    assert scan_package(tmp_path, "a.zip").entry is not None


def test_a_split_package_is_listed_for_its_own_platform(tmp_path: Path) -> None:
    generated = '[build.generated]\nplatforms = ["linux-x64"]\nwheels = []\n'
    put(tmp_path, "a.zip", platforms=["linux-x64", "windows-x64"], extra=generated)

    entry = scan_package(tmp_path, "a.zip").entry

    assert entry is not None
    assert entry["platforms"] == ["linux-x64"]


def test_a_link_to_a_package_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "real").rename(tmp_path / "real.file")
    (tmp_path / "link.zip").symlink_to("real.file")

    [found] = find_packages(tmp_path, ProblemList())

    assert found.size == (tmp_path / "real.file").stat().st_size
    assert scan_package(tmp_path, found.name).entry is not None


@pytest.mark.parametrize(
    "code", [code for code in PACKAGES if code.startswith("package.") and "manifest" in code]
    + ["package.not-zip", "package.empty", "package.truncated", "package.damaged", "package.legacy",
       "package.build-not-table"],
)  # fmt: skip
def test_a_bad_package_is_returned_with_its_problem(code: str, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(PACKAGES[code]())

    archive = scan_package(tmp_path, "bad.zip")

    assert archive.entry is None
    assert [problem.code for problem in archive.problems] == [code]
    assert str(archive.problems[0].where).startswith("bad.zip")


def test_all_problems_of_a_manifest_are_reported_with_their_lines(tmp_path: Path) -> None:
    manifest = ADD_ON.replace(b'"Gear Tool"', b'""').replace(b'"1.2.3"', b'"1.2"')
    (tmp_path / "bad.zip").write_bytes(
        packed((f"gears/{MANIFEST}", manifest), ("gears/__init__.py", b""))
    )

    problems = scan_package(tmp_path, "bad.zip").problems

    assert [str(problem.where) for problem in problems] == [
        f"bad.zip/gears/{MANIFEST}:4:8",
        f"bad.zip/gears/{MANIFEST}:3:11",
    ]


def test_a_dangling_link_is_reported_as_missing(tmp_path: Path) -> None:
    (tmp_path / "dead.zip").symlink_to("nowhere")

    [found] = find_packages(tmp_path, ProblemList())

    assert [problem.code for problem in scan_package(tmp_path, found.name).problems] == [
        "package.not-found"
    ]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always Unicode there")
def test_a_name_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.zip"))
    put(tmp_path, "a.zip").rename(path)

    [problem] = scan_package(path.parent, path.name).problems

    assert problem.code == "generate.name-not-unicode"
    assert problem.where.file.endswith("\\xff.zip")


def test_a_scanned_package_can_be_pickled(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / "b.zip").touch()

    for name in ("a.zip", "b.zip"):
        archive = scan_package(tmp_path, name)
        assert pickle.loads(pickle.dumps(archive)) == archive


@pytest.mark.parametrize("size", [400, 2_000_000], ids=["small", "large"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("place", ["package", "wheel", "stored wheel"])
def test_damage_is_found_as_by_validate(tmp_path: Path, place: str, method: int, size: int) -> None:
    inner = io.BytesIO(add_on() if place == "package" else wheel())
    content = hashlib.shake_128(b"data").digest(size)
    with zipfile.ZipFile(inner, "a", method) as archive:
        archive.writestr("data.bin", content)
        start = archive.getinfo("data.bin").header_offset + 30 + len("data.bin")
    data = bytearray(inner.getvalue())
    data[start + size // 2] ^= 0xFF
    if place != "package":
        member = zipfile.ZipInfo(WHEEL) if place == "stored wheel" else WHEEL
        data = bytearray(add_on((member, bytes(data)), manifest=WITH_WHEEL))
    path = tmp_path / "a.zip"
    path.write_bytes(data)

    scanned = scan_package(path.parent, path.name)

    code = "package.damaged-member" if place == "package" else "wheel.unreadable"
    assert [problem.code for problem in scanned.problems] == [code]
    assert scanned.serialized is None
    assert [problem.message for problem in check_package(path).problems.errors] == [
        problem.message for problem in scanned.problems
    ]
