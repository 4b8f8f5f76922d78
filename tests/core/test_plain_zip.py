"""The short cut to a package's manifest reads what the long way reads, or nothing."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extery.core.errors import ExteryError
from extery.core.package import open_package
from extery.core.plain_zip import read_plain_manifest
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, add_on, packed


def the_long_way(data: bytes) -> bytes | None:
    """The manifest as every other reader finds it."""
    try:
        with open_package(io.BytesIO(data), name="a.zip") as package:
            return package.manifest_bytes
    except ExteryError:
        return None


def with_extra(extra: bytes, name: str = "__init__.py") -> bytes:
    info = zipfile.ZipInfo(name)
    info.extra = extra
    return packed((MANIFEST, ADD_ON), (info, b"pass\n"))


def member(method: int) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(MANIFEST)
    info.compress_type = method
    return info, ADD_ON


ORDINARY = {
    "deflated": add_on(),
    "manifest last": packed(("__init__.py", b""), ("a/b.py", b"1" * 9000), (MANIFEST, ADD_ON)),
    "with times of Unix": with_extra(struct.pack("<HHBL", 0x5455, 5, 1, 0)),
    "with a folder": packed(("data/", b""), (MANIFEST, ADD_ON)),
    "another manifest below": packed((MANIFEST, ADD_ON), (f"old/{MANIFEST}", b"")),
    "a directory longer than the tail": packed(
        (MANIFEST, ADD_ON), *((f"part_{number}.py", b"") for number in range(300))
    ),
    "a large member between": packed(
        ("big.bin", random.Random(1).randbytes(200_000)), (MANIFEST, ADD_ON)
    ),
    "stored": packed((f"{MANIFEST}.bak", b""), member(zipfile.ZIP_STORED)),
}


@pytest.mark.parametrize("data", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_package_is_read_by_the_short_cut(data: bytes) -> None:
    assert read_plain_manifest(io.BytesIO(data)) == ADD_ON == the_long_way(data)


UNUSUAL = {
    "a folder around": packed((f"gear/{MANIFEST}", ADD_ON)),
    "a comment": add_on()[:-2] + b"\x02\x00hi",
    "something before": b"#!/bin/sh\n" + add_on(),
    "a name that is not ASCII": add_on(("räder.py", b"")),
    "a Unicode path": with_extra(struct.pack("<HHBL", 0x7075, 5, 1, 0)),
    "an extra field that is cut off": with_extra(struct.pack("<HH", 0x5455, 9)),
    "bzip2": packed(member(zipfile.ZIP_BZIP2)),
    "a large manifest": packed((MANIFEST, ADD_ON + b"#" * (1 << 20))),
    "nothing": b"",
}


@pytest.mark.parametrize("data", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_not_ordinary_is_left_to_the_long_way(data: bytes) -> None:
    assert read_plain_manifest(io.BytesIO(data)) is None


def test_two_manifests_at_the_top_are_left_to_the_long_way() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed((MANIFEST, ADD_ON), (MANIFEST, ADD_ON))

    assert read_plain_manifest(io.BytesIO(data)) is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("code", PACKAGES)
def test_it_never_reads_what_the_long_way_refuses(code: str) -> None:
    data = PACKAGES[code]()
    found = read_plain_manifest(io.BytesIO(data))

    assert found is None or found == the_long_way(data)


SAMPLES = [*ORDINARY.values(), *(data for data in UNUSUAL.values() if len(data) < 10_000)]


@given(
    st.sampled_from([data for data in SAMPLES if len(data) < 50_000]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)
@settings(max_examples=1500)
def test_damage_anywhere_is_judged_alike(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        if damaged:
            damaged[place % len(damaged)] = value
    damaged = damaged[: len(damaged) - cut // 20]

    found = read_plain_manifest(io.BytesIO(bytes(damaged)))

    assert found is None or found == the_long_way(bytes(damaged))
