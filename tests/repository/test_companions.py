"""Compressed variants and ``changes.json`` of a listing that another program has edited."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from extery.repository.check import check_repository
from extery.repository.companions import stale_companions
from extery.repository.generate import generate
from tests.repository.packages import put


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A repository whose listing was edited after it had been generated."""
    put(tmp_path, "a.zip")
    (tmp_path / "blender_repo.toml").write_text('schema_version = "1.0.0"\nchanges = true\n')
    generate(tmp_path)
    path = tmp_path / "index.json"
    path.write_bytes(path.read_bytes().replace(b"4.2.0", b"4.4.0"))
    os.utime(path, ns=(1, 10**18))
    return tmp_path


def stale(folder: Path) -> list[str]:
    return stale_companions(folder, (folder / "index.json").read_bytes())


def test_companions_of_an_edited_listing_are_noticed(edited: Path) -> None:
    assert stale(edited) == ["index.json.gz", "changes.json"]


def test_companions_that_were_copied_with_other_times_are_current(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    generate(tmp_path)
    os.utime(tmp_path / "index.json.gz", ns=(1, 1))

    assert stale(tmp_path) == []


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(bytes(10_000_000))])
def test_a_damaged_variant_is_out_of_date(tmp_path: Path, data: bytes) -> None:
    put(tmp_path, "a.zip")
    generate(tmp_path)
    (tmp_path / "index.json.gz").write_bytes(data)

    assert stale(tmp_path) == ["index.json.gz"]


def test_the_next_run_replaces_the_edits_with_a_warning(edited: Path) -> None:
    [problem] = generate(edited).problems

    assert (problem.code, problem.severity) == ("generate.listing-edited", "warning")
    assert "index.json.gz, changes.json" in problem.message
    assert stale(edited) == []
    assert not generate(edited).problems


def test_a_check_of_a_folder_names_them(edited: Path) -> None:
    with Fetcher() as fetcher:
        found = check_repository(edited.as_uri(), fetcher=fetcher)

    [problem] = [item for item in found.problems if item.code == "server.stale-companion"]
    assert problem.message.startswith("index.json.gz, changes.json do not belong to the listing")


def test_a_killed_run_is_not_taken_for_another_program(edited: Path) -> None:
    code = (
        "import os, pathlib, sys; from extery.core.locks import locked\n"
        "lock = pathlib.Path(sys.argv[1], '.extery', 'lock')\n"
        "with locked(lock, area='generate', command='extery', timeout=0): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(edited)], check=False)

    assert not generate(edited).problems
