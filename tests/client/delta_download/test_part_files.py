"""Part files: a delta download that was interrupted is resumed, a damaged file is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.core.errors import ExteryError
from tests.client.delta_download.update import PATH, Update, new_files, old_files
from tests.fetch.web import no_fault, status
from tests.zips.tools import by_zipfile, noise


def test_an_interrupted_delta_is_resumed(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(update.new[:120_000])

    result = update.succeeds()

    assert result.saved == len(update.new) - 120_000 - result.fetched


def test_a_whole_download_resumes_an_interrupted_delta(update: Update) -> None:
    update.prepare(
        by_zipfile({"a.png": noise(300_000, 1), "b.png": noise(90_000, 2), "c.png": b""}),
        by_zipfile({"a.png": noise(300_000, 1), "b.png": noise(90_000, 3), "c.png": b""}),
    )
    update.web.fail(PATH, no_fault(), *[status(501)] * 9)
    assert update.run() is None
    update.web.faults.clear()

    update.download()

    assert int(update.web.seen[-1].headers["range"][6:-1]) >= 300_000
    assert update.web.seen[-1].headers["if-range"].startswith('"')


def test_a_nearly_complete_part_file_is_left_to_the_whole_download(update: Update) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(update.new[:-100])

    assert update.is_refused()


@pytest.mark.parametrize("size", [100, 100_000, 10**6])
def test_a_damaged_part_file_is_dropped(update: Update, size: int) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    update.part.write_bytes(noise(size, "damage"))

    assert update.is_refused()


def test_a_link_in_place_of_the_part_file_is_not_followed(update: Update, tmp_path: Path) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    (tmp_path / "precious").write_bytes(b"data")
    update.part.symlink_to(tmp_path / "precious")

    assert update.succeeds().saved > 0
    assert (tmp_path / "precious").read_bytes() == b"data"


def test_a_folder_that_cannot_be_written_leads_to_the_error_of_the_download(
    update: Update, tmp_path: Path
) -> None:
    update.prepare(by_zipfile(old_files()), by_zipfile(new_files()))
    (tmp_path / "file").write_bytes(b"")
    update.part = tmp_path / "file" / "a.part"

    assert update.run() is None
    with pytest.raises((ExteryError, OSError)):
        update.download()
