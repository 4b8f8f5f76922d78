"""Free disk space: checked before a download, shared by concurrent ones, and used up during one."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from extery.core.errors import ExteryError, InvalidListing, Unavailable
from extery.fetch import MAX_PACKAGE_SIZE, DownloadRequest, Fetcher, disk, download
from extery.fetch.disk import MIN_FREE, DiskSpace
from tests.fetch.conftest import QUICK
from tests.fetch.requests import DATA, request_for
from tests.fetch.web import Web, cut_off, endless, status


def free(monkeypatch: pytest.MonkeyPatch, size: int, total: int = 10**12) -> None:
    usage = shutil._ntuple_diskusage(total, total - size, size)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.zip").write_bytes(b"old")
    return tmp_path


def download_error(what: DownloadRequest, folder: Path, fetcher: Fetcher) -> str:
    with pytest.raises(ExteryError) as caught:
        download(what, to=folder / "a.zip", part=folder / "parts" / "a", fetcher=fetcher)
    assert (folder / "a.zip").read_bytes() == b"old"
    return caught.value.code


def test_a_package_larger_than_the_free_space_is_not_fetched(
    web: Web, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = web.put("/a.zip", DATA)
    free(monkeypatch, MIN_FREE + len(DATA) - 1)

    assert download_error(request_for(url), folder, fetcher) == "fetch.no-space"
    assert web.seen == []
    assert list((folder / "parts").iterdir()) == []

    free(monkeypatch, MIN_FREE + len(DATA))
    download(request_for(url), to=folder / "a.zip", part=folder / "parts" / "a", fetcher=fetcher)
    assert (folder / "a.zip").read_bytes() == DATA


def test_only_the_missing_part_needs_space(
    web: Web, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = web.put("/a.zip", DATA)
    web.fail("/a.zip", cut_off(200_000), *[status(503)] * QUICK.attempts)
    assert download_error(request_for(url), folder, fetcher) == "fetch.busy"
    free(monkeypatch, MIN_FREE + 100_000)

    download(request_for(url), to=folder / "a.zip", part=folder / "parts" / "a", fetcher=fetcher)

    assert (folder / "a.zip").read_bytes() == DATA


def test_a_disk_of_unknown_size_is_used(
    web: Web, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, 0, total=0)
    url = web.put("/a.zip", DATA)

    download(request_for(url), to=folder / "a.zip", part=folder / "parts" / "a", fetcher=fetcher)

    assert (folder / "a.zip").read_bytes() == DATA


def test_concurrent_downloads_share_the_free_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, MIN_FREE + 1_000)
    space = DiskSpace()

    with space.reserve(tmp_path, 600) as first:
        with pytest.raises(Unavailable, match="of which other downloads need 600 bytes") as caught:
            space.reserve(tmp_path, 500).__enter__()
        # What has been written is no longer free, and no longer outstanding.
        first.outstanding = 500
        with space.reserve(tmp_path, 500):
            pass
    with space.reserve(tmp_path, 1_000):
        pass

    assert caught.value.code == "fetch.no-space"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_disk_that_becomes_full_leaves_the_old_file_and_no_part(
    web: Web, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = folder / "parts" / "a"
    part.parent.mkdir()

    def fsync(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("extery.fetch.downloads.os.fsync", fsync)

    assert download_error(request_for(web.put("/a.zip", DATA)), folder, fetcher) == "fetch.no-space"
    assert list(part.parent.iterdir()) == []


def test_a_listing_with_an_absurd_size_starts_no_download(
    web: Web, folder: Path, fetcher: Fetcher
) -> None:
    for size in (MAX_PACKAGE_SIZE + 1, 10**18, 10**400):
        web.fail("/a.zip", endless())
        with pytest.raises(InvalidListing) as caught:
            download(
                DownloadRequest(f"{web.url}/a.zip", size, "0" * 64),
                to=folder / "a.zip",
                part=folder / "parts" / "a",
                fetcher=fetcher,
            )
        assert caught.value.code == "fetch.package-size"
    assert web.seen == []
    assert [path.name for path in folder.iterdir()] == ["a.zip"]
