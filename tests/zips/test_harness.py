"""Seeds and mutants are reproducible, and hostile zips cannot harm the machine that runs the tests."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.zips import worker
from tests.zips.mutations import mutants
from tests.zips.names import add_member
from tests.zips.oracles import Oracle, unpack_with
from tests.zips.seeds import SEEDS, seeds
from tests.zips.structure import Archive


@pytest.mark.unzip
@pytest.mark.parametrize("name", SEEDS)
def test_a_parsed_seed_is_written_unchanged(name: str) -> None:
    assert Archive.parse(seeds()[name]).to_bytes() == seeds()[name]


@pytest.mark.unzip
def test_mutants_depend_on_the_seed_only() -> None:
    first = list(mutants(40, seed=7))
    assert first == list(mutants(60, seed=7))[:40]
    assert first != list(mutants(40, seed=8))
    assert len({mutant.data for mutant in first}) > 30


@pytest.mark.unzip
@pytest.mark.parametrize(("unpack", "part"), [("zipfile_all", "python-3.11"), ("unzip", "unzip")])
def test_a_zip_bomb_stops_at_the_limit_and_the_next_zip_is_unpacked(
    tmp_path: Path, unpack: str, part: str
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(worker.FILE_BYTES + 1))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x", b"")

    outcomes = unpack_with(Oracle(unpack, part, {"unpack": unpack}), tmp_path)

    assert outcomes["a.zip"].refused
    assert not outcomes["b.zip"].refused
    assert list(outcomes["b.zip"].tree) == ["x"]


@pytest.mark.unzip
def test_links_and_folders_are_listed_with_their_kind(tmp_path: Path) -> None:
    archive = Archive()
    add_member(archive, b"folder/", b"")
    add_member(archive, b"link", b"folder").external = 0o120777 << 16
    (tmp_path / "a.zip").write_bytes(archive.to_bytes())

    outcomes = unpack_with(Oracle("unzip", "unzip", {"unpack": "unzip"}), tmp_path)

    assert outcomes["a.zip"].tree == {"folder": "dir", "link": "link:folder"}


def test_a_file_outside_the_folder_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    work = tmp_path / "work"
    work.mkdir()

    answer = worker.in_new_folder(work, lambda _out: Path("../../escaped").touch())

    assert answer["escaped"] == ["a/b/escaped"]
    assert list(work.iterdir()) == []
