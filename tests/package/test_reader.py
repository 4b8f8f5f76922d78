"""Opening packages and reading their members."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from extery.core.errors import InvalidManifest, InvalidPackage, ProblemList
from extery.package import open_package
from tests.fakes import FailingFile
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, add_on, packed

#: Errors for which no command reads a package.
AMBIGUOUS = {
    *(
        "package.unused-data",
        "package.prefix-data",
        "package.trailing-data",
        "package.zip64-mismatch",
    ),
    *("package.header-mismatch", "package.unicode-path", "package.special-file", "package.symlink"),
    *("package.folder-with-data", "package.duplicate-member", "package.overlapping"),
    *("path.unsafe", "path.ambiguous", "path.backslash", "path.encoding", "path.not-portable"),
    *("path.case-collision", "path.file-and-folder", "path.short-name"),
}
#: Those after which nothing else can be read.
FATAL = {"package.prefix-data", "package.trailing-data", "package.zip64-mismatch"}


def code_of(data: bytes) -> str:
    with pytest.raises(InvalidPackage) as caught, open_package(io.BytesIO(data)) as package:
        assert package.manifest
    return caught.value.code


@pytest.mark.parametrize(
    "code",
    [
        "package.not-zip",
        "package.empty",
        "package.truncated",
        "package.damaged",
        "package.manifest-missing",
        "package.manifest-ambiguous",
        "package.legacy",
    ],
)
def test_a_package_that_cannot_be_opened_has_a_code(code: str) -> None:
    assert code_of(PACKAGES[code]()) == code


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\xfd7zXZ\x00...", "the package format of early 2024"),
        (b"7z\xbc\xaf\x27\x1c...", "a 7z archive"),
        (b"\n<!doctype html>", "a web page"),
        (b"bl_info = {}", "a Python file"),
        (b"\0" * 257 + b"ustar", "a tar archive"),
    ],
)
def test_the_message_names_the_kind_of_another_file(start: bytes, what: str) -> None:
    with pytest.raises(InvalidPackage, match=what), open_package(io.BytesIO(start)):
        pass


@pytest.mark.parametrize("folder", ["", "gears/", "a/b/c/"])
def test_the_manifest_is_found_at_any_depth(folder: str) -> None:
    data = packed((f"{folder}{MANIFEST}", ADD_ON), (f"{folder}x.py", b"1"), ("other.txt", b""))

    with open_package(io.BytesIO(data)) as package:
        assert package.root == folder
        assert package.manifest.id == "gear_tool"
        assert package.read_file("x.py") == b"1"
        assert "x.py" in package.names


def test_a_manifest_in_a_hidden_folder_is_ignored() -> None:
    assert code_of(packed((f".hidden/{MANIFEST}", ADD_ON))) == "package.manifest-missing"


def test_the_manifest_at_the_root_has_precedence() -> None:
    data = packed((f"a/{MANIFEST}", b""), (f"b/{MANIFEST}", b""), (MANIFEST, ADD_ON))

    with open_package(io.BytesIO(data)) as package:
        assert package.manifest.id == "gear_tool"


def test_hash_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "gears.zip"
    path.write_bytes(add_on())

    with open_package(path) as package:
        assert package.name == "gears.zip"
        assert package.size == path.stat().st_size
        assert package.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_member_over_the_limit_is_not_read_to_its_end() -> None:
    with open_package(io.BytesIO(add_on(("big", bytes(5000))))) as package:
        with pytest.raises(InvalidPackage) as caught:
            package.read_file("big", limit=100)
        assert caught.value.code == "package.too-large"
        with pytest.raises(KeyError):
            package.read_file("nothing")


def test_a_client_reads_leniently_and_refuses_what_blender_refuses() -> None:
    lenient = packed((MANIFEST, ADD_ON.replace(b"any size", b"any size.")))
    with open_package(io.BytesIO(lenient)) as package:
        assert package.manifest.tagline == "Make gears of any size."

    with open_package(io.BytesIO(packed((MANIFEST, ADD_ON + b"tags = []\n")))) as package:
        with pytest.raises(InvalidManifest) as caught:
            assert package.manifest
        assert caught.value.problems[0].where.file == MANIFEST


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_members_compressed_with_bzip2_and_lzma_are_read(method: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(MANIFEST, ADD_ON)
        archive.writestr("big.bin", bytes(3_000_000))

    with open_package(file) as package:
        assert package.manifest.id == "gear_tool"
        assert package.read_file("big.bin", limit=3_000_000) == bytes(3_000_000)
        with pytest.raises(InvalidPackage):
            package.read_file("big.bin", limit=2_999_999)


def test_a_member_longer_than_stated_is_not_decompressed_into_memory() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("bomb.bin", bytes(200_000_000))
    # The directory states a smaller size, so the sum of sizes does not show it.
    data = file.getvalue().replace((200_000_000).to_bytes(4, "little"), b"\x10\0\0\0")

    tracemalloc.start()
    with open_package(io.BytesIO(data)) as package, pytest.raises(InvalidPackage):
        package.read_file("bomb.bin")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 10_000_000


def test_damaged_lzma_data_is_a_damaged_member() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(MANIFEST, ADD_ON)
    data = bytearray(file.getvalue())
    data[60:90] = bytes(30)

    assert code_of(bytes(data)) == "package.damaged-member"


@pytest.mark.parametrize("code", sorted(c for c in PACKAGES if c in AMBIGUOUS))
def test_a_package_that_tools_unpack_differently_is_not_opened(code: str) -> None:
    assert code_of(PACKAGES[code]()) == code


@pytest.mark.parametrize("code", sorted(AMBIGUOUS - FATAL))
def test_problems_can_be_collected_from_an_ambiguous_package(code: str) -> None:
    problems = ProblemList()
    with open_package(io.BytesIO(PACKAGES[code]()), problems=problems) as package:
        assert package.manifest.id in ("gear_tool", "dusk")

    assert [problem.code for problem in problems] == [code]


def test_a_read_error_of_the_disk_is_a_problem_of_the_package() -> None:
    with pytest.raises(InvalidPackage) as caught, open_package(FailingFile(add_on())):
        pass

    assert caught.value.code == "package.unreadable"
    assert "Input/output error" in str(caught.value)
