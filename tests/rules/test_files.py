"""Files that reviewers ask about: archives, machine code, bytecode, pointers of Git LFS."""

from __future__ import annotations

import io
import struct
import tarfile
from pathlib import Path

import pytest

from extery.core.errors import Problem
from extery.rules.engine import Scope, check_package
from extery.rules.file_kinds import archive_format, is_bytecode, is_library, native_format
from extery.rules.profiles import Profile
from tests.author.trees import make_source
from tests.rules.file_problems import ELF, MACH_O, PE, checked, codes, in_folder, write
from tests.samples.packages import (
    LFS_POINTER,
    MANIFEST,
    THEME,
    WHEEL,
    WITH_WHEEL,
    add_on,
    packed,
    theme,
    wheel,
)

FAT = b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(64)
JAVA = b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(64)


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("gear.png"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("textures.dat", packed(("a", b"a")), "zip"),
        ("textures.zip", packed(("a", b"a")), "zip"),
        ("textures.bin", tar(), "tar"),
        ("textures.tar.gz", b"\x1f\x8b\x08" + bytes(9), "tar, gzip"),
        ("textures.7z", b"7z\xbc\xaf\x27\x1c" + bytes(9), "7z"),
        ("textures", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("gears.blend", b"\x28\xb5\x2f\xfd" + bytes(9), ""),
        ("gears.blend", b"\x1f\x8b\x08" + bytes(9), ""),
        ("gears.usdz", packed(("a", b"a")), ""),
        ("gears-1.0-py3-none-any.whl", packed(("a", b"a")), ""),
        ("readme.zip", b"no archive at all", ""),
    ],
)
def test_an_archive_is_known_by_its_first_bytes(name: str, data: bytes, form: str) -> None:
    assert archive_format(name, data[:512]) == form


@pytest.mark.parametrize(
    ("data", "form"),
    [
        *((ELF, "ELF"), (PE, "PE"), (MACH_O, "Mach-O"), (FAT, "Mach-O")),
        *((JAVA, ""), (b"MZ is how this text begins" + b"." * 60, ""), (b"", "")),
    ],
)
def test_machine_code_is_known_by_its_first_bytes(data: bytes, form: str) -> None:
    assert native_format(data) == form


def test_bytecode_is_known_by_its_number_and_its_name() -> None:
    for number in (3495, 3571):  # Python 3.11 and 3.13
        assert is_bytecode("gears.dat", struct.pack("<H", number) + b"\r\n" + bytes(12))
    assert is_bytecode("gears.pyc", b"")
    assert not is_bytecode("notes.txt", b"ab\r\nwindows\r\n")


def test_a_library_is_one_by_its_name() -> None:
    assert all(map(is_library, ("a.so", "lib/libgears.so.1", "A.DLL", "x.cpython-311-darwin.so")))
    assert not any(map(is_library, ("bin/convert", "convert.exe", "gears.sox")))


def test_an_archive_under_another_name_is_found_in_a_package() -> None:
    [problem] = checked(add_on(("data/textures.dat", packed(("a", b"a")))))

    assert problem.code == "file.nested-archive"
    assert problem.where.path == ("data/textures.dat",)


def test_a_listed_wheel_is_no_archive_and_no_machine_code() -> None:
    assert codes(add_on((WHEEL, wheel()), manifest=WITH_WHEEL)) == []


def test_libraries_and_programs_are_one_problem_each_on_the_platform_only() -> None:
    data = add_on(
        *(("a.so", ELF), ("b.dll", PE), ("run.exe", PE)),
    )

    problems = [p for p in checked(data) if p.code == "file.native-code"]
    assert [p.message.partition(",")[0] for p in problems] == [
        "a.so and 1 more are compiled libraries (ELF)",
        "run.exe is a compiled program (PE)",
    ]
    assert "file.native-code" not in codes(data, profile=Profile.SELF_HOSTED)


def test_a_cache_of_a_folder_is_reported_once(tmp_path: Path) -> None:
    # Left out unless a pattern brings it back.
    brought_back = '[build]\npaths_exclude_pattern = ["!__pycache__/"]\n'
    source = make_source(tmp_path, extra=brought_back)
    write(source, "__pycache__/gears.cpython-311.pyc", b"\xa7\r\r\n")
    assert [p.code for p in in_folder(source)] == ["build.caches-packed"]

    write(source, "gears.pyc", b"\xa7\r\r\n")
    assert [p.code for p in in_folder(source)] == ["build.caches-packed", "file.bytecode"]
    assert codes(add_on(("__pycache__/x.cpython-311.pyc", b""))) == ["file.bytecode"]


@pytest.mark.parametrize("scope", [Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD])
def test_pointers_of_git_lfs_are_one_problem_in_every_command(scope: Scope) -> None:
    data = add_on(("icons/a.png", LFS_POINTER), ("icons/b.png", LFS_POINTER))

    problems = check_package(io.BytesIO(data), scope=scope).problems

    [problem] = [item for item in problems if not item.code.startswith("code.")]
    assert problem.code == "file.lfs-pointer"
    assert problem.message.startswith("icons/a.png and 1 more are Git LFS pointers")
    assert problem.hint == "run 'git lfs pull', then build again"


def test_a_folder_names_a_pointer_too(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    write(source, "gears.blend", LFS_POINTER)

    [problem] = in_folder(source, profile=None)

    assert (problem.code, problem.where.file) == ("file.lfs-pointer", "gears.blend")


def test_a_pointer_is_the_only_problem_whatever_it_stands_for() -> None:
    assert codes(packed((MANIFEST, add_on_manifest()), ("__init__.py", LFS_POINTER))) == [
        "file.lfs-pointer"
    ]
    assert codes(add_on((WHEEL, LFS_POINTER), manifest=WITH_WHEEL)) == ["wheel.unreadable"]
    [problem] = checked(theme(("dusk.xml", LFS_POINTER)))
    assert problem.message == "dusk.xml is a Git LFS pointer, not the theme"


def add_on_manifest() -> bytes:
    return THEME.replace(b'"theme"', b'"add-on"')


def test_a_text_about_git_lfs_is_no_pointer() -> None:
    text = b"version https://git-lfs.github.com/spec/v1 is the first line of a pointer.\n" * 20
    assert codes(add_on(("docs/lfs.md", text))) == []


def required(text: bytes, code: bytes, *more: tuple[str, bytes]) -> list[Problem]:
    return [
        problem
        for problem in checked(add_on(("requirements.txt", text), ("solver.py", code), *more))
        if problem.code == "file.requirements"
    ]


def test_a_requirement_that_code_imports_and_no_wheel_has_is_a_problem() -> None:
    [problem] = required(
        b"# tools\nShapely[extra]>=2.0 ; python_version > '3.8'\n", b"import shapely.geometry\n"
    )

    assert problem.message == (
        "requirements.txt names Shapely, which solver.py imports, and no wheel contains it"
    )
    # Blender ships it since 5.2 only.
    assert len(required(b"attrs\n", b"import attrs\n")) == 1
    [problem] = required(b"pillow\n", b"from PIL import Image\n")
    assert "pillow" in problem.message
    assert len(required("shapely>=2\r\n".encode("utf-16"), b"import shapely\n")) == 1


@pytest.mark.parametrize(
    ("text", "code", "more"),
    [
        (b"numpy\n", b"import numpy\n", ()),
        (b"pytest\nruff\n", b"import bpy\n", ()),
        (b"charset-normalizer\n", b"import charset_normalizer\n", ()),
        (b"mathutils\n", b"import mathutils\n", ()),
        (b"shapely\n", b"try:\n    import shapely\nexcept ImportError:\n    pass\n", ()),
        (b"shapely\n", b"import shapely\n", (("shapely/__init__.py", b""),)),
        (b"fake-bpy-module-latest\n", b"import bpy\n", ()),
        (b"-r other.txt\n--hash=x\n", b"import other\n", ()),
    ],
)
def test_other_requirements_are_no_problem(
    text: bytes, code: bytes, more: tuple[tuple[str, bytes], ...]
) -> None:
    assert required(text, code, *more) == []


def test_a_long_path_of_a_folder_is_reported_like_that_of_its_package(tmp_path: Path) -> None:
    name = "/".join(["folder_of_forty_letters_for_a_long_path"] * 4) + "/tool.py"
    source = make_source(tmp_path)
    write(source, name, b"")

    [problem] = in_folder(source, profile=None)
    [packed_problem] = check_package(io.BytesIO(add_on((name, b"")))).problems

    assert problem.code == packed_problem.code == "path.too-long"
    assert problem.message == packed_problem.message
    assert problem.where.file == name
