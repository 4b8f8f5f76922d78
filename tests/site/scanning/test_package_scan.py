"""Scans of packages: also what clamd does not read inside of a zip, and where the search for it ends."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from extery_site.scanning import package_scan as module
from extery_site.scanning.clamd import Clamd, ClamdVerdict
from extery_site.scanning.package_scan import scan_package
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
    data = packed_with(zipfile.ZIP_LZMA, {"a.py": b"gears", "b.py": b"bolts"})
    assert scan(fake, data) == CLEAN
    assert fake.files == [data, b"gears", b"bolts"]


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
    assert verdict == ClamdVerdict("not_scanned", reason="'gears.py' cannot be unpacked")


def test_the_search_in_nested_zips_has_an_end(
    fake: FakeClamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = packed_with(zipfile.ZIP_LZMA, {"eicar.com": eicar()})
    monkeypatch.setattr(module, "MAX_DEPTH", 2)
    assert scan(fake, nested(inner, 1, "a.zip")) == INFECTED
    assert scan(fake, nested(inner, 2, "a.zip")) == CLEAN
    monkeypatch.setattr(module, "MAX_UNPACKED", len(inner) - 1)
    assert scan(fake, packed_with(zipfile.ZIP_DEFLATED, {"a.zip": inner})) == CLEAN
