"""Bytes that an old archive shares with a new one are found from the directory of the new one."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from extery.core.errors import InvalidPackage
from extery.package.central_directory import read_directory
from extery.package.reuse import KnownBytes, NestedArchive, OldArchive
from tests.zips.tools import WRITERS, Files, by_stream, by_zipfile, noise, text

FILES = {
    "__init__.py": text(9_000, 1),
    "a.bin": noise(50_000, 2),
    "b/c.py": text(20_000, 3),
    "empty.py": b"",
}
CHANGED = FILES | {"__init__.py": text(9_000, 4), "new.py": text(5_000, 5)}


def known_bytes(old: bytes, new: bytes) -> list[KnownBytes]:
    directory = read_directory(io.BytesIO(new), len(new), "new.zip")
    return list(OldArchive(io.BytesIO(old), len(old)).known_bytes(directory))


def content(known: KnownBytes, old: bytes) -> bytes:
    if isinstance(known.source, bytes):
        return known.source
    return old[known.source : known.source + known.size]


@pytest.mark.parametrize("days", [(0, 0), (0, 40)])
@pytest.mark.parametrize("writer", WRITERS)
def test_known_bytes_are_those_of_the_new_archive(writer: str, days: tuple[int, int]) -> None:
    old, new = WRITERS[writer](FILES, days[0]), WRITERS[writer](CHANGED, days[1])

    found = known_bytes(old, new)

    assert all(content(known, old) == new[known.start : known.end] for known in found)
    assert all(len(content(known, old)) == known.size for known in found)
    assert sum(known.size for known in found) > (
        50_000 if writer != "info-zip" or days[1] == 0 else -1
    )


def test_members_of_another_tool_are_not_mixed_up() -> None:
    old, new = by_stream(FILES), by_zipfile(CHANGED)

    found = known_bytes(old, new)

    assert all(content(known, old) == new[known.start : known.end] for known in found)


def with_access_time(data: bytes, seconds: int) -> bytes:
    """Return an archive of one member with a time in its local header that the directory does not have."""
    field = b"UT\x05\x00\x02" + seconds.to_bytes(4, "little")
    end = int.from_bytes(data[-6:-2], "little") + len(field)
    header = data[:28] + len(field).to_bytes(2, "little") + data[30:41] + field
    return header + data[41:-6] + end.to_bytes(4, "little") + data[-2:]


def test_a_header_that_the_directory_does_not_determine_is_not_known() -> None:
    data = by_zipfile({"__init__.py": text(9_000, 1)})
    old, new = with_access_time(data, 1), with_access_time(data, 2)

    [known] = known_bytes(old, new)

    assert known.start == 30 + len("__init__.py") + 9
    assert content(known, old) == new[known.start : known.end]


def packed(files: Files, level: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            method = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), data, method, level)
    return file.getvalue()


def test_compressed_data_of_another_packer_is_not_known_even_if_it_has_the_same_size() -> None:
    files = {"a.py": text(9_000, 1), "b.bin": noise(50_000, 2), "c.png": noise(50_000, 3)}
    old, new = packed(files, 1), packed(files, 9)

    header, data = known_bytes(old, new)

    assert content(header, old) == new[header.start : header.end]
    assert data.size == 50_000
    assert content(data, old) == files["c.png"]


def test_compressed_data_is_not_taken_from_another_archive() -> None:
    module = text(9_000, 1)
    wheel = packed({"a.py": module, "b.bin": noise(70_000, 1)}, 9)
    with_wheel = by_zipfile({"wheels/w-1-py3-none-any.whl": wheel})

    assert known_bytes(with_wheel, packed({"a.py": module}, 9)) == []


def test_wheels_that_have_changed_are_named() -> None:
    def package(version: str) -> bytes:
        wheels = {
            "wheels/same-1-py3-none-any.whl": by_zipfile({"a": noise(70_000, 0)}),
            f"wheels/tool-{version}-py3-none-any.whl": by_zipfile(
                {"a.bin": noise(80_000, 1), "b.bin": noise(10_000, version)}
            ),
            f"wheels/small-{version}-py3-none-any.whl": by_zipfile({"a": noise(9_000, version)}),
        }
        return by_zipfile(FILES | wheels)

    old, new = package("1"), package("2")
    archive = OldArchive(io.BytesIO(old), len(old))
    directory = read_directory(io.BytesIO(new), len(new), "new.zip")

    [nested] = archive.nested_archives(directory)

    assert nested.name == b"tool"
    wheel = new[nested.start : nested.start + nested.size]
    inner = read_directory(io.BytesIO(wheel), len(wheel), "new.whl")
    found = list(archive.known_bytes(inner, base=nested.start, name=nested.name))
    assert all(content(known, old) == new[known.start : known.end] for known in found)
    assert sum(known.size for known in found) > 80_000
    assert archive.nested_tail_sizes[b"tool"] == len(wheel) - inner.start
    assert isinstance(nested, NestedArchive)


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_directory_gives_no_bytes_outside_of_the_archive(seed: int) -> None:
    chance = random.Random(seed)
    write = WRITERS[chance.choice(sorted(WRITERS))]
    archives = [bytearray(write(FILES)), bytearray(write(CHANGED))]
    for data in archives:
        for _ in range(chance.randrange(4)):
            data[-chance.randrange(1, 400)] = chance.choice([0, 1, 255, chance.randrange(256)])
    old, new = map(bytes, archives)
    try:
        found = known_bytes(old, new)
    except InvalidPackage:
        found = []

    assert all(0 <= known.start <= known.end <= len(new) for known in found)
    assert all(len(content(known, old)) == known.size for known in found)


def test_a_part_of_known_bytes_can_be_taken() -> None:
    assert KnownBytes(10, 4, b"abcd").clip(11, 13) == KnownBytes(11, 2, b"bc")
    assert KnownBytes(10, 4, 100).clip(11, 13) == KnownBytes(11, 2, 101)
