"""Atomic writes, reads of untrusted files, hashes and sizes."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from extery.core.files import (
    atomic_write,
    format_size,
    hash_file,
    open_regular,
    read_regular,
    refuse_symlink,
)


def test_the_new_content_replaces_the_old_at_the_end_of_the_block(tmp_path: Path) -> None:
    target = tmp_path / "index.json"
    target.write_bytes(b"old")

    with atomic_write(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_leaves_the_old_content_and_no_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "index.json"
    target.write_bytes(b"old")

    def fail_half_way() -> None:
        with atomic_write(target) as file:
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
    assert hash_file(path) == expected
    assert hash_file(stream) == expected
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
def test_sizes_are_printed_with_few_digits(size: int, text: str) -> None:
    assert format_size(size) == text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_folders_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match=r"ordinary|directory"):
            open_regular(path)


def test_a_file_over_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10**12)

    with pytest.raises(OSError, match="too large"):
        read_regular(tmp_path / "sparse", limit=1000)
    (tmp_path / "small").write_bytes(b"x" * 1000)
    assert read_regular(tmp_path / "small", limit=1000) == b"x" * 1000


def test_a_folder_that_is_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    refuse_symlink(tmp_path)
    refuse_symlink(tmp_path / "not there")
    with pytest.raises(OSError, match="symbolic link"):
        refuse_symlink(tmp_path / "link")
