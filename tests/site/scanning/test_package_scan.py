"""Scans of packages: also what clamd does not read inside of a zip, and where the search for it ends."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from extery.package.plain_archive import read_plain_members
from extery_site.scanning import unpacking as module
from extery_site.scanning.clamd import Clamd, ClamdVerdict
from extery_site.scanning.package_scan import scan_package
from extery_site.scanning.unpacked import BlockStream
from tests.fake_clamd import SIGNATURE, FakeClamd, Limits
from tests.site.packages import encrypted, package, zip_of
from tests.site.scanning.hostile import (
    WHEEL,
    eicar,
    eicar_in_wheel_in_extension,
    nested,
    packed_with,
)

CLEAN = ClamdVerdict("clean")
INFECTED = ClamdVerdict("infected", signature=SIGNATURE)
LIMIT = Limits().max_file_size


@pytest.fixture
def fake() -> Iterator[FakeClamd]:
    with FakeClamd() as running:
        yield running


def scan(fake: FakeClamd, data: bytes) -> ClamdVerdict:
    return scan_package(Clamd(fake.address), io.BytesIO(data))


def compressed(size: int) -> bytes:
    return packed_with(zipfile.ZIP_DEFLATED, {"gears.bin": bytes(size)})


def test_a_usual_package_is_sent_once(fake: FakeClamd) -> None:
    assert scan(fake, package()) == CLEAN
    assert fake.files == [package()]
    assert scan(fake, eicar_in_wheel_in_extension()) == INFECTED


def test_the_whole_package_is_sent_wherever_its_file_is(fake: FakeClamd) -> None:
    stream = io.BytesIO(package())
    stream.seek(0, io.SEEK_END)
    assert scan_package(Clamd(fake.address), stream) == CLEAN
    assert fake.files == [package()]


@pytest.mark.parametrize(
    "data",
    [
        compressed(LIMIT + 1),
        package(files={WHEEL: compressed(LIMIT + 1)}),
        packed_with(zipfile.ZIP_DEFLATED, {"DATA.ZIP": compressed(LIMIT + 1)}),
        packed_with(zipfile.ZIP_LZMA, {WHEEL: compressed(LIMIT + 1)}),
        packed_with(zipfile.ZIP_BZIP2, {"gears.bin": bytes(LIMIT + 1)}),
    ],
    ids=["package", "wheel", "zip", "wheel in lzma", "bzip2"],
)
def test_a_compressed_file_that_clamd_reads_in_part_is_not_scanned(
    fake: FakeClamd, data: bytes
) -> None:
    verdict = scan(fake, data)
    assert verdict.kind == "not_scanned"
    assert "MaxFileSize" in verdict.reason


def test_a_compressed_file_of_the_maximum_size_is_scanned(fake: FakeClamd) -> None:
    assert scan(fake, compressed(LIMIT)) == CLEAN


def test_what_clamd_cannot_unpack_is_sent_unpacked(fake: FakeClamd) -> None:
    files = {"a.py": b"gears", "sub/b.py": b"bolts" * 20_000, "sub/é.py": b"", "c" * 900: b"c"}
    data = packed_with(zipfile.ZIP_LZMA, files)
    assert scan(fake, data) == CLEAN
    whole, unpacked = fake.files
    assert whole == data
    with zipfile.ZipFile(io.BytesIO(unpacked)) as archive:
        assert archive.testzip() is None
        names = [name[:500] for name in files]
        assert {name: archive.read(name) for name in archive.namelist()} == dict(
            zip(names, files.values(), strict=True)
        )
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}
    ascii_only = packed_with(zipfile.ZIP_LZMA, {"a.py": b"gears", "b/c.py": b"bolts"})
    assert scan(fake, ascii_only) == CLEAN
    assert read_plain_members(fake.files[-1]) is not None


def test_only_archives_that_are_not_ordinary_are_sent_unpacked(fake: FakeClamd) -> None:
    wheel = packed_with(zipfile.ZIP_LZMA, {"gears.py": b"gears"})
    data = package(files={WHEEL: wheel, "other.zip": compressed(10)})
    assert scan(fake, data) == CLEAN
    assert len(fake.files) == 3  # also the zeros, because of the other zip
    assert b"gears" in fake.files[-1]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_virus_in_a_zip64_is_found(fake: FakeClamd, method: int) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", method) as archive,
        archive.open("eicar.com", "w", force_zip64=True) as file,
    ):
        file.write(eicar())
    assert scan(fake, buffer.getvalue()) == INFECTED
    assert scan(fake, package(files={WHEEL: buffer.getvalue()})) == INFECTED


def test_a_large_package_is_sent_unpacked(fake: FakeClamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLAIN", len(package()))
    assert scan(fake, package()) == CLEAN
    assert len(fake.files) == 1
    assert scan(fake, package(files={"a": b"b"})) == CLEAN
    assert len(fake.files) == 3


def test_large_files_are_sent_alone(fake: FakeClamd) -> None:
    sizes = [10, 20, module.MAX_TOGETHER, 30, module.MAX_TOGETHER // 2, module.MAX_TOGETHER // 2]
    data = packed_with(
        zipfile.ZIP_LZMA, {str(number): bytes(size) for number, size in enumerate(sizes)}
    )
    assert scan(fake, data) == CLEAN
    sent = [zipfile.ZipFile(io.BytesIO(file)).namelist() for file in fake.files[1:]]
    assert sent == [["0", "1"], ["2"], ["3", "4"], ["5"]]


def test_more_than_clamd_can_read_is_not_scanned(
    fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 3000)
    assert scan(fake, packed_with(zipfile.ZIP_LZMA, {"a": bytes(1000)})) == CLEAN
    verdict = scan(fake, packed_with(zipfile.ZIP_LZMA, {"a": b"", "b": bytes(3000)}))
    assert verdict.kind == "not_scanned"
    assert "2 GB" in verdict.reason


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_virus_that_clamd_cannot_unpack_is_found(fake: FakeClamd, depth: int) -> None:
    inner = packed_with(zipfile.ZIP_LZMA, {"a.py": b"", "eicar.com": eicar()})
    assert scan(fake, nested(inner, depth, WHEEL)) == INFECTED
    for _ in range(depth):
        inner = packed_with(zipfile.ZIP_LZMA, {WHEEL: inner})
    assert scan(fake, inner) == INFECTED


def test_a_virus_counts_more_than_a_limit(fake: FakeClamd) -> None:
    lzma = packed_with(zipfile.ZIP_LZMA, {"large": bytes(LIMIT + 1), "eicar.com": eicar()})
    assert scan(fake, lzma) == INFECTED
    too_deep = nested(b"", Limits().max_recursion)
    assert scan(fake, zip_of({"deep.zip": too_deep, "lzma.zip": lzma})) == INFECTED


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed_with(zipfile.ZIP_LZMA, {"a": b"", "large": bytes(LIMIT + 1)}), "MaxFileSize"),
        (zip_of({"a.zip": encrypted(compressed(9))}), "'gears.bin' is encrypted"),
        (b"no zip", "cannot be opened"),
    ],
    ids=["large in lzma", "encrypted", "no zip"],
)
def test_what_cannot_be_read_is_not_scanned(fake: FakeClamd, data: bytes, reason: str) -> None:
    verdict = scan(fake, data)
    assert verdict.kind == "not_scanned"
    assert reason in verdict.reason


def test_a_damaged_file_is_not_scanned(fake: FakeClamd) -> None:
    data = bytearray(packed_with(zipfile.ZIP_LZMA, {"gears.py": bytes(range(256)) * 40}))
    data[60:90] = bytes(30)
    verdict = scan(fake, bytes(data))
    assert verdict.kind == "not_scanned"
    assert "'gears.py'" in verdict.reason


def test_the_search_in_nested_zips_has_an_end(
    fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = packed_with(zipfile.ZIP_LZMA, {"eicar.com": eicar()})
    monkeypatch.setattr(module, "MAX_DEPTH", 2)
    assert scan(fake, nested(inner, 1, "a.zip")) == INFECTED
    assert scan(fake, nested(inner, 2, "a.zip")) == CLEAN
    monkeypatch.setattr(module, "MAX_UNPACKED", len(inner) - 1)
    assert scan(fake, packed_with(zipfile.ZIP_DEFLATED, {"a.zip": inner})) == CLEAN


def test_a_stream_of_blocks_is_read_in_parts() -> None:
    stream = BlockStream([b"abc", memoryview(b""), memoryview(b"defgh"), b""])
    assert [stream.read(2) for _ in range(7)] == [b"ab", b"c", b"de", b"fg", b"h", b"", b""]
