"""One pass over an archive gives its hash and the checksums of its stored members."""

import hashlib
import io
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.errors import InvalidPackage
from extery.package import open_archive, open_package
from extery.package.checksums import Region, hash_with_checksums
from tests.samples.packages import ADD_ON, MANIFEST, WHEEL, WITH_WHEEL, packed, wheel

#: Larger than the block that is kept in memory.
LARGE = 3_000_000
DATA = hashlib.shake_128(b"data").digest(LARGE)


@given(
    st.binary(max_size=2_000),
    st.lists(st.tuples(st.integers(0, 2_100), st.integers(1, 700)), max_size=8),
    st.integers(1, 900),
)
def test_checksums_are_those_of_the_regions(
    data: bytes, regions: list[tuple[int, int]], block: int
) -> None:
    class Slow(io.BytesIO):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return super().readinto(buffer[:block])

    digest, checksums = hash_with_checksums(Slow(data), [[Region(*region)] for region in regions])

    assert digest == hashlib.sha256(data).hexdigest()
    for offset, size in regions:
        whole = offset + size <= len(data)
        expected = zlib.crc32(data[offset : offset + size]) if whole else None
        assert checksums.get(offset, size) == expected
        assert checksums.within(offset).get(0, size) == expected


def test_of_overlapping_regions_in_a_layer_only_the_first_has_a_checksum() -> None:
    _, checksums = hash_with_checksums(
        io.BytesIO(DATA), [[Region(0, 10), Region(5, 10), Region(10, 10)]]
    )

    assert checksums.get(0, 10) == zlib.crc32(DATA[:10])
    assert checksums.get(5, 10) is None
    assert checksums.get(10, 10) == zlib.crc32(DATA[10:20])


def test_the_checkpoint_is_called_for_each_megabyte_and_can_stop() -> None:
    calls: list[int] = []
    hash_with_checksums(io.BytesIO(DATA), [], checkpoint=lambda: calls.append(1))
    assert len(calls) == LARGE >> 20

    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        hash_with_checksums(io.BytesIO(DATA), [], checkpoint=stop)


class Counting(io.FileIO):
    """A file that counts the bytes read from it."""

    count = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = super().readinto(buffer) or 0
        self.count += read
        return read


def test_verifying_a_hashed_package_reads_no_stored_member_again(tmp_path: Path) -> None:
    inner = io.BytesIO(wheel())
    with zipfile.ZipFile(inner, "a") as archive:
        archive.writestr("gears/data.bin", DATA)
    path = tmp_path / "gears.zip"
    path.write_bytes(
        packed(
            (MANIFEST, WITH_WHEEL), ("__init__.py", b""), (zipfile.ZipInfo(WHEEL), inner.getvalue())
        )
    )
    with Counting(path) as raw, open_package(io.BufferedReader(raw)) as package:
        assert package.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        read = raw.count
        package.verify_all()
        member = package.by_name[WHEEL]
        with package.open_seekable(member) as file, open_archive(file) as opened:
            opened.verify_all()

        assert raw.count - read < LARGE / 10


@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize("in_memory", [False, True])
def test_a_damaged_stored_member_is_found_however_it_is_read(
    tmp_path: Path, hashed: bool, in_memory: bool
) -> None:
    data = bytearray(
        packed((MANIFEST, ADD_ON), ("__init__.py", b""), (zipfile.ZipInfo("data.bin"), DATA))
    )
    data[data.index(DATA[:100]) + 1_234_567] ^= 1
    path = tmp_path / "gears.zip"
    path.write_bytes(data)

    with path.open("rb") as raw, open_package(io.BytesIO(data) if in_memory else raw) as package:
        if hashed:
            assert package.sha256 == hashlib.sha256(data).hexdigest()
        with pytest.raises(InvalidPackage, match=r"data\.bin.* checksum is wrong"):
            package.verify_all()
