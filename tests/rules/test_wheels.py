"""Bundled wheels are checked by every command: their content must match their names."""

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.author.validate import check_folder
from extery.repository.package_scan import scan_package
from extery.rules.engine import check_package
from tests.samples.packages import (
    ADD_ON,
    MANIFEST,
    WHEEL,
    WITH_WHEEL,
    add_on,
    changed,
    packed,
    wheel,
)
from tests.zips.structure import Archive

FILE = WHEEL.rpartition("/")[2]


def problems_of(data: bytes, *, name: str = FILE, stored: bool = True) -> list[str]:
    """Return the codes of a package that contains this wheel."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, ADD_ON + f'wheels = ["./wheels/{name}"]\n'.encode())
        archive.writestr("__init__.py", b"")
        archive.writestr(f"wheels/{name}", data, None if not stored else zipfile.ZIP_STORED)
    return [problem.code for problem in check_package(file).problems]


def _without(member: str) -> bytes:
    whole = zipfile.ZipFile(io.BytesIO(wheel()))
    names = [name for name in whole.namelist() if name.rpartition("/")[2] != member]
    return packed(*((name, whole.read(name)) for name in names))


def _bomb() -> bytes:
    return packed(("zeros.bin", bytes(60_000_000)))


def _change_local_name(archive: Archive) -> None:
    archive.locals[0].name = b"gears/__evil__.py"


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "deflated"])
def test_a_real_wheel_is_accepted(stored: bool) -> None:
    assert problems_of(wheel(), stored=stored) == []


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("gears-1.0", "Gears-1.0-py3-none-any.whl"),
        ("Gears_Lib-1.0", "gears.lib-1.0-py3-none-any.whl"),
        ("gears-1.0.0", "gears-1.0-py3-none-any.whl"),
        ("gears-1.0+cu12.1", "gears-1.0+cu12.1-py3-none-any.whl"),
        ("gears-1.0_cu12.1", "gears-1.0+cu12.1-py3-none-any.whl"),
        ("gears-1.0", "gears-1.0-2-py3-none-any.whl"),
        ("gears-2026.11.26", "gears-2026.11.26-cp311-cp311-manylinux_2_28_x86_64.manylinux2014_x86_64.whl"),
    ],
)  # fmt: skip
def test_names_of_wheels_are_compared_in_normalized_form(folder: str, name: str) -> None:
    assert "wheel.dist-info" not in problems_of(wheel(folder), name=name)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: wheel("gears-2.0"), "wheel.dist-info"),
        (lambda: wheel("cogs-1.0"), "wheel.dist-info"),
        (lambda: packed(("gears/__init__.py", b"")), "wheel.dist-info"),
        (lambda: _without("RECORD"), "wheel.dist-info"),
        (lambda: _without("METADATA"), "wheel.dist-info"),
        (lambda: _without("WHEEL"), "wheel.dist-info"),
        (lambda: b"", "wheel.unreadable"),
        (lambda: b"<!DOCTYPE html>", "wheel.unreadable"),
        (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "wheel.unreadable"),
        (lambda: wheel()[:-30], "wheel.unreadable"),
        (lambda: wheel() + b"more", "wheel.unreadable"),
        (lambda: changed(wheel(), _change_local_name), "wheel.unreadable"),
        (lambda: packed(("../gears.py", b"")), "wheel.unreadable"),
        (lambda: packed(("gears.py", b""), ("./gears.py", b"")), "wheel.unreadable"),
        (_bomb, "package.bomb"),
    ],
)
@pytest.mark.parametrize("stored", [True, False], ids=["stored", "deflated"])
def test_a_bundled_file_that_is_not_its_named_wheel_has_one_problem(
    make: Callable[[], bytes], code: str, stored: bool
) -> None:
    found = problems_of(make(), stored=stored)

    assert found == ([code] if code != "package.bomb" or stored else found)
    assert code in found


INFO = "gears-1.0.dist-info"


@pytest.mark.parametrize(
    ("members", "is_good"),
    [
        ({"gears-1.0.data/purelib/gears/more.py": b""}, True),
        ({"gears-1.0.data/scripts/gears": b""}, True),
        ({"gears-1.0.data/purelib/gears/__init__.py": b"evil"}, False),
        ({"gears-1.0.data/platlib/Gears/__init__.py": b"evil"}, False),
        ({"gears-1.0.data/purelib/gears": b"evil"}, False),
        ({f"gears-1.0.data/purelib/{INFO}/RECORD": b"evil"}, False),
        ({"gears-1.0.data/purelib/m.py": b"1", "gears-1.0.data/platlib/m.py": b"2"}, False),
        ({"evil-info/record": b"../../x,,\n"}, False),
        ({"other.egg-info/RECORD": b"../../x,,\n"}, False),
    ],
)
def test_a_wheel_that_blender_releases_unpack_differently_is_refused(
    members: dict[str, bytes], is_good: bool
) -> None:
    """Newer releases unpack the .data folder, and all use the last RECORD that they find."""
    whole = zipfile.ZipFile(io.BytesIO(wheel()))
    own = [(name, whole.read(name)) for name in whole.namelist()]

    found = problems_of(packed(*own, *members.items()))

    assert found == ([] if is_good else ["wheel.dist-info"])


def test_wheels_that_exceed_the_limit_together_are_a_zip_bomb(tmp_path: Path) -> None:
    names = [f"gears{number}-1.0-py3-none-any.whl" for number in range(100)]
    path = tmp_path / "gears.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = [f"./wheels/{name}" for name in names]
        archive.writestr(MANIFEST, ADD_ON + f"wheels = {listed}\n".encode())
        archive.writestr("__init__.py", b"")
        data = packed(("zeros.bin", bytes(30_000_000)), (f"x/{INFO}/RECORD", b""))
        for name in names:
            archive.writestr(f"wheels/{name}", data)

    assert [p.code for p in scan_package(path.parent, path.name).problems if "bomb" in p.code] == [
        "package.bomb"
    ]
    assert "package.bomb" in [p.code for p in check_package(path).problems]


def test_a_scan_finds_a_wheel_member_longer_than_stated(
    tmp_path: Path,
) -> None:
    def misstate_size(archive: Archive) -> None:
        for record in (archive.locals[0], archive.entries[0]):
            record.size, record.crc = 5, zlib.crc32(b"teeth")

    path = tmp_path / "gears.zip"
    path.write_bytes(add_on((WHEEL, changed(wheel(), misstate_size)), manifest=WITH_WHEEL))

    assert [p.code for p in scan_package(path.parent, path.name).problems] == ["wheel.unreadable"]


def test_a_scan_does_not_decompress_a_zip_bomb(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(MANIFEST, ADD_ON)
        archive.writestr("__init__.py", b"")
        archive.writestr("zeros.bin", bytes(60_000_000))
    path = tmp_path / "gears.zip"
    path.write_bytes(file.getvalue())

    scanned = scan_package(path.parent, path.name)
    assert scanned.serialized is None
    assert {p.code for p in scanned.problems} == {"package.bomb", "package.rare-compression"}


def test_the_message_for_a_git_lfs_pointer_names_it() -> None:
    data = add_on((WHEEL, b"version https://git-lfs.github.com/spec/v1\n"), manifest=WITH_WHEEL)

    [problem] = check_package(io.BytesIO(data)).problems
    assert "Git LFS pointer" in problem.message
    assert problem.hint == "run 'git lfs pull', then build again"
    assert problem.where.path == (WHEEL,)


def test_every_command_checks_the_content_of_wheels(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "wheels").mkdir(parents=True)
    (source / MANIFEST).write_bytes(WITH_WHEEL)
    (source / "__init__.py").touch()
    (source / WHEEL).write_bytes(b"PK")

    assert [p.code for p in check_folder(source).problems] == ["wheel.unreadable"]
    [built] = build(source, output_dir=tmp_path)
    assert [p.code for p in scan_package(built.path.parent, built.path.name).problems] == [
        "wheel.unreadable"
    ]


def test_a_package_without_its_wheel_is_listed_with_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "gears.zip"
    path.write_bytes(add_on(manifest=WITH_WHEEL))

    archive = scan_package(path.parent, path.name)

    assert archive.serialized is not None
    assert [problem.code for problem in archive.problems] == ["package.wheel-missing"]


def test_many_missing_wheels_are_one_problem() -> None:
    wheels = [f"./w/gears{number}-1.0-py3-none-any.whl" for number in range(83)]
    data = add_on(
        (wheels[1][2:], wheel("gears1-1.0")), manifest=ADD_ON + f"wheels = {wheels}\n".encode()
    )

    [problem] = check_package(io.BytesIO(data)).problems

    assert problem.message == f"82 of 83 wheels are not there, the first is {wheels[0]}"
    assert (problem.where.line, problem.where.field) == (10, "wheels[0]")


def test_a_wheel_whose_name_differs_in_case_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "gears.zip"
    path.write_bytes(add_on((WHEEL.upper().replace("WHL", "whl"), b"PK"), manifest=WITH_WHEEL))

    expected = ["package.wheel-missing", "wheel.unreadable"]
    assert [p.code for p in scan_package(path.parent, path.name).problems] == expected
    assert [p.code for p in check_package(path).problems] == expected
