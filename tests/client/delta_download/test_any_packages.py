"""Any two packages give the identical one or nothing, by random trees and damages."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.delta_download.update import Update
from tests.fakes import FakeFetcher, FakeWeb
from tests.zips.tools import WRITERS, noise, text

names = st.sampled_from(
    ["__init__.py", "a.bin", "b.png", "c/d.py", "tool-1.0/x", "ü.py", "wheels/w-1-py3-none-any.whl"]
)


contents = st.tuples(st.integers(0, 3), st.sampled_from([0, 10, 9_000, 70_000]), st.booleans())


trees = st.dictionaries(names, contents, min_size=1, max_size=7)


def make(tree: dict[str, tuple[int, int, bool]], writer: str, day: int) -> bytes:
    """Write random files; a wheel has some of the other files as its members."""
    files = {}
    for name, (seed, size, is_text) in tree.items():
        files[name] = (text if is_text else noise)(size, seed)
        if name.endswith(".whl"):
            inner = {f"m{number}": noise(30_000, number) for number in range(seed, seed + 4)}
            files[name] = WRITERS[writer](inner, day) if is_text else files[name]
    return WRITERS[writer](files, day)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    old=trees,
    new=trees,
    writers=st.tuples(st.sampled_from(sorted(WRITERS)), st.sampled_from(sorted(WRITERS))),
    day=st.integers(0, 50),
    prefix=st.none() | st.integers(0, 400_000),
    is_damaged=st.booleans(),
    damage=st.none() | st.tuples(st.integers(1, 300), st.integers(0, 255)),
)
def test_any_two_packages_give_the_identical_one_or_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    old: dict[str, tuple[int, int, bool]],
    new: dict[str, tuple[int, int, bool]],
    writers: tuple[str, str],
    day: int,
    prefix: int | None,
    is_damaged: bool,
    damage: tuple[int, int] | None,
) -> None:
    web = FakeWeb()
    with FakeFetcher(web) as fetcher:
        update = Update(tmp_path_factory.mktemp("update"), web, fetcher)
        damaged = bytearray(make(old, writers[0], 0))
        if is_damaged:
            damaged[len(damaged) // 3] ^= 1
        package = bytearray(make(new, writers[1], day))
        if damage is not None:  # in the directory: the listing has the hash of the damaged package
            package[-min(damage[0], len(package))] = damage[1]
        update.prepare(bytes(damaged), bytes(package))
        if prefix is not None:
            update.part.write_bytes(update.new[:prefix])

        if update.run() is None:
            assert update.progress == 0
            update.download()
        assert update.to.read_bytes() == update.new
        assert update.progress == len(update.new)
