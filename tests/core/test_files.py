"""Files that change in one step."""

import hashlib
import io
from pathlib import Path

import pytest

from extery.core.files import human_size, replacing, sha256_of


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    target = tmp_path / "index.json"
    target.write_bytes(b"old")

    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "index.json"
    target.write_bytes(b"old")

    def fail_half_way() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_half_way()

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_hash_of_a_path_and_of_an_open_file_are_the_same(tmp_path: Path) -> None:
    data = b"x" * 3_000_000
    path = tmp_path / "big"
    path.write_bytes(data)
    stream = io.BytesIO(data)
    stream.seek(7)

    expected = (hashlib.sha256(data).hexdigest(), len(data))
    assert sha256_of(path) == expected
    assert sha256_of(stream) == expected
    assert stream.tell() == 7


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (9_949, "9.9 KB"),
        (9_951, "10 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (18_300_000, "18 MB"),
    ],
)
def test_sizes_are_short(size: int, text: str) -> None:
    assert human_size(size) == text
