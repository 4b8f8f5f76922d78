"""Two mirrors in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.core.errors import Conflict, Unavailable
from extery.core.locks import locked
from extery.fetch import Fetcher
from extery.repository.mirror.run import mirror
from tests.repository.hosted import Repository


def test_a_second_mirror_fails_at_once_and_names_the_process_of_the_first(
    repository: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    folder = tmp_path / "mirror"
    lock = folder / ".extery-mirror" / "lock"
    lock.parent.mkdir(parents=True)

    with (
        locked(lock, area="mirror", command="extery test", timeout=0),
        pytest.raises(Conflict) as caught,
    ):
        mirror(repository.url, folder, fetcher=fetcher)

    assert caught.value.code == "mirror.locked"
    assert "(extery test) on " in str(caught.value)
    assert mirror(repository.url, folder, fetcher=fetcher).is_complete


def test_a_folder_in_place_of_the_lock_file_is_an_error(
    repository: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (tmp_path / "mirror" / ".extery-mirror" / "lock").mkdir(parents=True)

    with pytest.raises(Unavailable) as caught:
        mirror(repository.url, tmp_path / "mirror", fetcher=fetcher)

    assert caught.value.code == "mirror.lock-unusable"
