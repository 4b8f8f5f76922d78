"""The zip writer: right for every reader, and the same bytes whatever the number of threads."""

import io
import random
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from extery.package.writer import FIRST_TIME, SourceFile, source_date, write_zip, zip_time
from tests.sample_bytes import sentences

BLOCK = 1 << 20


def member(name: str, data: bytes) -> SourceFile:
    return SourceFile(name, len(data), data)


SIZES = [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 12345]
MEMBERS = [
    *(member(f"text{size}.txt", sentences(size, seed=size)) for size in SIZES),
    *(member(f"noise{size}.bin", random.Random(size).randbytes(size)) for size in SIZES),
    *(member(f"wheel{size}.whl", sentences(size, seed=size)) for size in SIZES),
    member("Zahnräder/日本.txt", b"gear"),
]


def written(members: list[SourceFile] = MEMBERS, **arguments: int) -> bytes:
    file = io.BytesIO()
    write_zip(file, members, **arguments)
    return file.getvalue()


def test_written_members_can_be_read_back() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [member.name for member in MEMBERS]
        for expected in MEMBERS:
            assert archive.read(expected.name) == expected.source


def test_the_bytes_do_not_depend_on_the_number_of_threads() -> None:
    one, two, many = (written(threads=threads) for threads in (1, 2, 16))

    assert one == two == many


def test_another_program_reads_the_zip_without_errors(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(written())

    done = subprocess.run(
        [sys.executable, "-m", "zipfile", "-t", "a.zip"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "Done testing"


def test_headers_do_not_depend_on_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        infos = archive.infolist()

    assert {info.date_time for info in infos} == {FIRST_TIME}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}
    assert {(info.create_system, info.create_version) for info in infos} == {(3, 20)}
    assert {info.extra for info in infos} == {b""}
    assert {info.filename for info in infos if info.flag_bits} == {"Zahnräder/日本.txt"}


def test_compressed_file_types_are_stored() -> None:
    names = ["a.whl", "A.ZIP", "a.tar.gz", "a.txt", "a.png", "a", ".zst"]
    data = written([member(name, b"x" * 100) for name in names] + [member("empty.txt", b"")])

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        stored = [info.filename for info in archive.infolist() if not info.compress_type]

    # ".zst" has no suffix; an empty file has nothing to compress.
    assert stored == ["a.whl", "A.ZIP", "a.tar.gz", "empty.txt"]


def test_compression_in_blocks_adds_less_than_a_thousandth() -> None:
    data = sentences(8 * BLOCK, seed=8)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("a.txt", data)

    assert len(written([member("a.txt", data)])) < 1.001 * len(plain.getvalue())


def test_a_large_file_is_not_loaded_into_memory(tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        for index in range(64):
            file.write(random.Random(index).randbytes(BLOCK))

    tracemalloc.start()
    with (tmp_path / "a.zip").open("wb") as target:
        write_zip(target, [SourceFile("large.bin", 64 * BLOCK, large)], threads=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 24 * BLOCK
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ("", FIRST_TIME),
        ("0", FIRST_TIME),  # the earliest year of a zip
        ("1767225599", (2025, 12, 31, 23, 59, 59)),
        ("9999999999999999999", (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_the_source_date_is_the_time_of_all_members(
    seconds: str, expected: tuple[int, int, int, int, int, int]
) -> None:
    assert source_date(seconds) == expected


def test_times_are_stored_in_steps_of_two_seconds() -> None:
    file = io.BytesIO()
    write_zip(file, [member("a", b"")], time=zip_time(1767225599))

    with zipfile.ZipFile(file) as archive:
        assert archive.getinfo("a").date_time == (2025, 12, 31, 23, 59, 58)
