"""Packed files of an earlier archive: taken if they are what packing again would give, and never otherwise."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from extery.core.errors import InvalidInput
from extery.package.codecs import COMPRESSIONS, Codec, find_codec
from extery.package.packed_files import PackedFiles, PackedRecord
from extery.package.transforms import Transform
from extery.package.writer import SourceFile, WrittenZip, write_zip
from tests.sample_bytes import sentences

MEGABYTE = 1 << 20


def member(name: str, data: bytes) -> SourceFile:
    return SourceFile(name, len(data), data)


MEMBERS = [
    member("a.py", sentences(9_000, seed=1)),
    member("noise.bin", random.Random(2).randbytes(40_000)),
    member("empty.txt", b""),
    member("gears.whl", sentences(5_000, seed=3)),
    member("large.txt", sentences(2 * MEGABYTE + 5, seed=4)),
    member("larger.txt", sentences(17 * MEGABYTE, seed=5)),
]


@pytest.fixture(scope="module", params=COMPRESSIONS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return find_codec(request.param)


def write(
    path: Path, members: Sequence[SourceFile], codec: Codec, packed: PackedFiles | None = None
) -> WrittenZip:
    with path.open("w+b") as file:
        return write_zip(file, members, codec=codec, packed=packed, threads=3)


def known(archive: BinaryIO, records: Sequence[PackedRecord]) -> PackedFiles:
    packed = PackedFiles()
    packed.add(archive, records)
    return packed


def test_reused_files_give_the_same_bytes_as_packing_them(codec: Codec, tmp_path: Path) -> None:
    members = MEMBERS if codec.name != "smallest" else MEMBERS[:4]  # it is slow
    old = write(tmp_path / "old.zip", members, codec)
    changed = [*members[1:], member("a.py", b"value = 1\n" * 99)]
    fresh = write(tmp_path / "fresh.zip", changed, codec)

    with (tmp_path / "old.zip").open("rb") as archive:
        again = write(tmp_path / "again.zip", changed, codec, known(archive, old.records))

    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "fresh.zip").read_bytes()
    # A file of each kind that is packed at all; the noise is stored because that is smaller.
    reused = {item.name for item in again.members if item.is_reused}
    assert reused == {item.name for item in members[1:] if item.size} - {"gears.whl"}
    assert not any(item.is_reused for item in fresh.members)
    assert [record._replace(offset=0) for record in again.records] == [
        record._replace(offset=0) for record in fresh.records
    ]
    with zipfile.ZipFile(tmp_path / "again.zip") as result:
        assert result.testzip() is None


def test_a_damaged_archive_costs_time_and_changes_nothing(tmp_path: Path) -> None:
    codec = find_codec("zlib")
    old = write(tmp_path / "old.zip", MEMBERS, codec)
    data = bytearray((tmp_path / "old.zip").read_bytes())
    for record in old.records:
        data[record.offset + record.packed // 2] ^= 1
    (tmp_path / "old.zip").write_bytes(data[:-9])

    with (tmp_path / "old.zip").open("rb") as archive:
        again = write(tmp_path / "again.zip", MEMBERS, codec, known(archive, old.records))

    # That a file does not get smaller is known from its record alone.
    assert [item.name for item in again.members if item.is_reused] == ["noise.bin"]
    write(tmp_path / "fresh.zip", MEMBERS, codec)
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "fresh.zip").read_bytes()


def test_an_archive_that_changes_while_it_is_copied_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = find_codec("zlib")
    old = write(tmp_path / "old.zip", MEMBERS, codec)
    monkeypatch.setattr(PackedFiles, "blocks", lambda *_: iter([b"other bytes"]))

    with (tmp_path / "old.zip").open("rb") as archive, pytest.raises(InvalidInput) as caught:
        write(tmp_path / "again.zip", MEMBERS, codec, known(archive, old.records))

    assert caught.value.code == "build.file-changed"
    assert "package of the last build" in str(caught.value)


def test_a_changed_file_with_the_same_size_is_packed_again(tmp_path: Path) -> None:
    codec = find_codec("zlib")
    one, other = sentences(2 * MEGABYTE, seed=6), sentences(2 * MEGABYTE, seed=7)
    old = write(tmp_path / "old.zip", [member("a", one)], codec)

    with (tmp_path / "old.zip").open("rb") as archive:
        write(tmp_path / "new.zip", [member("a", other)], codec, known(archive, old.records))

    with zipfile.ZipFile(tmp_path / "new.zip") as result:
        assert result.read("a") == other


def test_a_transform_changes_the_content_and_is_part_of_what_is_reused(tmp_path: Path) -> None:
    codec = find_codec("zlib")
    upper = Transform("upper 1", bytes.upper)
    shorter = Transform("upper 2", lambda data: data.upper()[:100])
    source = member("a.txt", sentences(5_000, seed=8))
    old = write(tmp_path / "old.zip", [source._replace(transform=upper)], codec)

    with (tmp_path / "old.zip").open("rb") as archive:
        packed = known(archive, old.records)
        again = write(tmp_path / "again.zip", [source._replace(transform=upper)], codec, packed)
        other = write(tmp_path / "other.zip", [source._replace(transform=shorter)], codec, packed)
        plain = write(tmp_path / "plain.zip", [source], codec, packed)

    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "old.zip").read_bytes()
    assert [z.members[0].is_reused for z in (again, other, plain)] == [True, False, False]
    assert [z.members[0].saved for z in (old, again, other, plain)] == [0, 0, 4_900, 0]
    with zipfile.ZipFile(tmp_path / "other.zip") as result:
        assert result.read("a.txt") == bytes(source.source).upper()[:100]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_the_bytes_do_not_depend_on_the_number_of_threads(name: str) -> None:
    codec = find_codec(name)  # type: ignore[arg-type]
    members = MEMBERS if name != "smallest" else MEMBERS[:5]
    results = set()
    for threads in (1, 2, 7):
        file = io.BytesIO()
        write_zip(file, members, codec=codec, threads=threads)
        results.add(file.getvalue())

    assert len(results) == 1


def test_a_large_file_is_stored_only_if_no_part_of_it_gets_smaller(tmp_path: Path) -> None:
    noise = random.Random(9).randbytes(400_000)
    mixed = noise[:190_000] + sentences(20_000, seed=9) + noise[:190_000]
    members = [
        member("noise", noise),
        member("mixed", mixed),
        member("text", sentences(400_000, seed=9)),
    ]

    written = write(tmp_path / "a.zip", members, find_codec("libdeflate")).members

    assert written[0].packed == 400_000
    assert written[1].packed < 398_000
    assert written[2].packed < 200_000


def test_codecs_with_other_bytes_have_other_ids() -> None:
    assert len({find_codec(name).id for name in COMPRESSIONS}) == len(COMPRESSIONS)
    assert find_codec().name == "libdeflate"
