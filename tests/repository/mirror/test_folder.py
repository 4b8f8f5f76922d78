"""The folder of a mirror belongs to one repository, and its state is not trusted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from extery.core.errors import Conflict, NotFound, Unavailable
from extery.core.locks import locked
from extery.fetch import Fetcher
from extery.repository.mirror.run import MirrorOptions, mirror
from tests.repository.hosted import Repository, visible
from tests.repository.mirror.complete import done


def test_a_repository_that_is_not_a_mirror_is_not_overwritten(
    two: Repository, fetcher: Fetcher, folder: Path
) -> None:
    folder.mkdir()
    (folder / "index.json").write_text("{}")

    with pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.not-a-mirror"
    assert visible(folder) == ["index.json"]


def test_after_a_failed_mirror_a_repository_in_its_folder_is_not_overwritten(
    two: Repository, fetcher: Fetcher, folder: Path
) -> None:
    folder.mkdir()
    with pytest.raises(NotFound):
        mirror(f"{two.web.url}/misspelt/index.json", folder, fetcher=fetcher)
    (folder / "index.json").write_text("{}")

    with pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.not-a-mirror"


def test_a_folder_is_the_mirror_of_one_repository(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    other = two.url.replace("127.0.0.1", "localhost")

    with pytest.raises(Conflict) as caught:
        mirror(other, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.other-source"
    mirror(other, folder, fetcher=fetcher, options=MirrorOptions(new_source=True))
    assert mirror(other, folder, fetcher=fetcher).is_complete


def test_a_locked_mirror_is_an_error_that_names_the_process(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)

    lock = locked(folder / ".extery-mirror" / "lock", area="mirror", command="test", timeout=0)
    with lock, pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.locked"
    assert str(os.getpid()) in str(caught.value)
    assert done(two, folder, fetcher).is_complete


def test_a_folder_that_cannot_be_created_is_an_error(
    two: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable) as caught:
        mirror(two.url, tmp_path / "file" / "mirror", fetcher=fetcher)
    assert caught.value.code == "mirror.unwritable"


def test_a_damaged_state_causes_no_download(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    (folder / ".extery-mirror" / "state.json").write_text("{")

    assert done(two, folder, fetcher).plan.fetch == []


def test_a_mirror_without_its_state_is_still_a_mirror(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    shutil.rmtree(folder / ".extery-mirror")
    two.withdraw("dusk")

    result = done(two, folder, fetcher)

    assert result.plan.fetch == []
    assert [name[:5] for name in visible(folder)] == ["gear_", "index"]


@pytest.mark.parametrize("name", ["../precious.zip", "index.json", "sub/a.zip"])
def test_a_manipulated_state_cannot_remove_other_files(
    two: Repository, folder: Path, fetcher: Fetcher, name: str
) -> None:
    done(two, folder, fetcher)
    (folder / "sub").mkdir()
    if not (folder / name).exists():
        (folder / name).write_bytes(b"precious")
    path = folder / ".extery-mirror" / "state.json"
    state = json.loads(path.read_bytes())
    state["files"][name] = {"sha256": "0", "size": 1, "url": ""}
    path.write_text(json.dumps(state))

    done(two, folder, fetcher)

    assert (folder / name).exists()


def test_the_state_contains_the_url_of_each_package(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    url = two.url.replace("//", "//me:secret@")
    mirror(url, folder, fetcher=fetcher)

    text = (folder / ".extery-mirror" / "state.json").read_text()
    state = json.loads(text)
    assert state["source"] == two.url
    assert sorted(file["url"] for file in state["files"].values()) == [
        f"{two.web.url}/r/dusk.zip",
        f"{two.web.url}/r/gear.zip",
    ]
    assert '"etag": "' in text


def test_urls_that_differ_in_their_query_are_different_sources(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    mirror(f"{two.url}?repo=a&key=secret", folder, fetcher=fetcher)

    mirror(f"{two.url}?repo=a&key=secret", folder, fetcher=fetcher)
    with pytest.raises(Conflict) as caught:
        mirror(f"{two.url}?repo=b&key=secret", folder, fetcher=fetcher)
    assert caught.value.code == "mirror.other-source"
