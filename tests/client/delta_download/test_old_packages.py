"""Packages from which nothing can be reused are downloaded whole."""

from __future__ import annotations

import os

import pytest

from tests.client.delta_download.update import Update, new_files, old_files
from tests.zips.tools import by_zipfile, noise, text


def test_small_packages_are_not_worth_a_delta(update: Update) -> None:
    files = {"__init__.py": text(30_000, 1)}
    update.prepare(by_zipfile(files), by_zipfile(files | {"new.py": b""}))

    assert update.is_refused()
    assert len(update.web.seen) == 1


def test_packages_with_nothing_in_common_cost_one_small_request(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.bin": noise(300_000, 1)}), by_zipfile({"a.bin": noise(300_000, 2)})
    )

    assert update.is_refused()
    assert len(update.web.seen) == 2


@pytest.mark.parametrize("old", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), noise(90_000, 1)])
def test_an_old_package_that_cannot_be_read_is_not_used(update: Update, old: bytes) -> None:
    update.prepare(old, by_zipfile(new_files()))

    assert update.is_refused()


def test_a_missing_old_package_is_not_used(update: Update) -> None:
    update.prepare(b"", by_zipfile(new_files()))
    update.old.unlink()

    assert update.is_refused()


def test_an_old_package_that_is_a_pipe_is_not_opened(update: Update) -> None:
    update.prepare(b"", by_zipfile(new_files()))
    update.old.unlink()
    os.mkfifo(update.old)

    assert update.is_refused()


def test_a_damaged_old_package_does_no_harm(update: Update) -> None:
    old = bytearray(by_zipfile(old_files()))
    old[100_000] ^= 1
    update.prepare(bytes(old), by_zipfile(new_files()))

    assert update.is_refused()


def test_a_new_package_that_is_no_zip_is_downloaded_whole(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), noise(500_000, 1))

    assert update.is_refused()


def test_encrypted_members_are_not_reused(update: Update) -> None:
    def encrypt(data: bytes) -> bytes:
        """Set the flag of every member, as if its data were encrypted."""
        marked = bytearray(data)
        for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = marked.find(signature)
            while place >= 0:
                marked[place + at] |= 1
                place = marked.find(signature, place + 4)
        return bytes(marked)

    update.prepare(encrypt(by_zipfile(old_files())), encrypt(by_zipfile(new_files())))

    assert update.is_refused()


def test_an_old_package_of_many_files_does_not_cost_more_bytes(update: Update) -> None:
    many = {f"{number:05}.py": b"" for number in range(3_000)}
    update.prepare(by_zipfile(many), by_zipfile({"a.bin": noise(200_000, 1)}))

    assert update.run() is None
    assert (
        update.web.seen[0].headers["range"]
        == f"bytes={len(update.new) * 3 // 4 + 1}-{len(update.new) - 1}"
    )
