"""The largest compressed file in a package, which clamd may inflate in part."""

from __future__ import annotations

import io

import pytest

from extery_site.scanning import largest_member as module
from extery_site.scanning.largest_member import largest_compressed_member
from tests.site.packages import package, zip_of
from tests.site.scanning.hostile import deflated, nested

LARGE = bytes(3000)


def largest(data: bytes) -> int:
    return largest_compressed_member(io.BytesIO(data))


def test_the_largest_compressed_file_counts() -> None:
    assert largest(deflated({"a": bytes(10), "b": LARGE, "c": bytes(20)})) == 3000
    assert largest(deflated({"empty/": b""})) == 0


def test_stored_files_do_not_count_because_clamd_reports_them() -> None:
    assert largest(package()) == 0
    assert largest(zip_of({"a": LARGE})) == 0


@pytest.mark.parametrize("name", ["wheels/gears-1.0-py3-none-any.whl", "DATA.ZIP"])
def test_files_in_wheels_and_zips_count(name: str) -> None:
    inner = deflated({"gears.bin": LARGE})
    assert len(inner) < len(LARGE)
    assert largest(zip_of({name: inner})) == 3000
    assert largest(deflated({name: inner})) == 3000
    assert largest(zip_of({"a.zip": zip_of({name: inner}), "b.zip": b"no zip"})) == 3000


def test_what_cannot_be_opened_counts_as_a_file() -> None:
    assert largest(b"no zip") == 0
    assert largest(deflated({"a.zip": LARGE, "b": b"x"})) == 3000


def test_the_search_in_nested_zips_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = deflated({"gears.bin": LARGE})
    assert largest(nested(inner, module.MAX_DEPTH - 1, "a.zip")) == 3000
    assert largest(nested(inner, module.MAX_DEPTH, "a.zip")) == 0
    monkeypatch.setattr(module, "MAX_INFLATED", len(inner))
    both = deflated({"a.zip": inner, "b.zip": deflated({"gears.bin": bytes(4000)})})
    assert largest(both) == 3000
