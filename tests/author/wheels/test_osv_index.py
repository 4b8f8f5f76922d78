"""The index of a dump of OSV: made once, replaced as a whole, and never that of another dump."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from extery.author.wheels import osv_dump, osv_index
from extery.author.wheels.osv_index import DumpVersion, open_database
from extery.core.errors import InvalidInput, Unavailable
from tests.author.wheels.packages import advisory, write_dump


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_dump(tmp_path / "all.zip", [advisory(), advisory("GHSA-1", "cogs")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "wheels"


def ids(dump: Path, folder: Path, library: str = "gearlib") -> list[str]:
    with open_database(dump, folder) as database:
        return [one.id for one in database.find(library, "1.0")]


def version(dump: Path, folder: Path) -> DumpVersion:
    with open_database(dump, folder) as database:
        return database.version


def index_file(folder: Path) -> Path:
    (path,) = folder.glob("*.sqlite")
    return path


def test_libraries_are_found(dump: Path, folder: Path) -> None:
    assert ids(dump, folder) == ["PYSEC-2026-1"]
    assert ids(dump, folder, "cogs") == ["GHSA-1"]
    assert ids(dump, folder, "teeth") == []
    assert version(dump, folder).advisories == 2


def test_a_dump_is_read_once(dump: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids(dump, folder)
    monkeypatch.setattr(osv_index, "read_entries", None)
    monkeypatch.setattr(osv_dump, "open_archive", None)

    assert ids(dump, folder) == ["PYSEC-2026-1"]


def test_a_dump_that_has_changed_is_read_again(dump: Path, folder: Path) -> None:
    old = version(dump, folder)
    write_dump(dump, [advisory("PYSEC-2026-2")])

    assert ids(dump, folder) == ["PYSEC-2026-2"]
    assert version(dump, folder).sha256 != old.sha256
    assert len(list(folder.glob("*.sqlite"))) == 1


def test_a_change_that_keeps_size_and_time_is_seen(tmp_path: Path, folder: Path) -> None:
    dump = tmp_path / "all.json"
    dump.write_text(json.dumps(advisory("PYSEC-2026-1")), "utf-8")
    before, status = ids(dump, folder), dump.stat()
    dump.write_text(json.dumps(advisory("PYSEC-2026-9")), "utf-8")
    os.utime(dump, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert (dump.stat().st_size, dump.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert before == ["PYSEC-2026-1"]
    assert ids(dump, folder) == ["PYSEC-2026-9"]


@pytest.mark.parametrize("form", ["file", "list", "answer", "folder"])
def test_all_forms_of_a_dump_are_read(tmp_path: Path, folder: Path, form: str) -> None:
    entry = advisory()
    path = tmp_path / "dump"
    if form == "folder":
        (path / "inner").mkdir(parents=True)
        (path / "inner" / "PYSEC-2026-1.json").write_text(json.dumps(entry), "utf-8")
        (path / "README.md").write_text("no entry", "utf-8")
        (path / "link.json").symlink_to("/etc/passwd")
    else:
        text = {"file": entry, "list": [entry], "answer": {"vulns": [entry]}}[form]
        path.write_text(json.dumps(text), "utf-8")

    assert ids(path, folder) == ["PYSEC-2026-1"]


def test_a_new_file_in_a_folder_is_seen(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "dump"
    path.mkdir()
    (path / "1.json").write_text(json.dumps(advisory()), "utf-8")
    assert ids(path, folder, "cogs") == []

    (path / "2.json").write_text(json.dumps(advisory("GHSA-1", "cogs")), "utf-8")

    assert ids(path, folder, "cogs") == ["GHSA-1"]


def test_a_dump_of_a_program_that_streams_is_read(tmp_path: Path, folder: Path) -> None:
    """As osv.dev publishes it: sizes follow the data."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("PYSEC-2026-1.json", json.dumps(advisory()))
    dump = tmp_path / "all.zip"
    dump.write_bytes(pipe.getvalue())

    assert ids(dump, folder) == ["PYSEC-2026-1"]


def test_more_files_than_a_package_may_have_are_read(tmp_path: Path, folder: Path) -> None:
    entries = [advisory(f"X-{number}", f"lib{number}") for number in range(20_500)]

    assert ids(write_dump(tmp_path / "all.zip", entries), folder, "lib20499") == ["X-20499"]


def broken(path: Path, kind: str) -> Path:
    """Write a dump that cannot be read."""
    if kind == "missing":
        return path.with_name("missing.zip")
    if kind == "cut":
        write_dump(path, [advisory()])
        path.write_bytes(path.read_bytes()[:-30])
    elif kind == "damaged":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("a.json", json.dumps(advisory()))
        path.write_bytes(path.read_bytes().replace(b"PYSEC-2026-1", b"PYSEC-2026-2", 1))
    elif kind == "entry":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("good.json", json.dumps(advisory()))
            file.writestr("bad.json", "{")
    elif kind == "large":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("bomb.json", b" " * 9_000_000)
    elif kind == "empty":
        write_dump(path, [])
    elif kind == "page":
        path.write_text("<html>Not found</html>", "utf-8")
    elif kind == "pipe":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    "kind", ["missing", "cut", "damaged", "entry", "large", "empty", "page", "pipe"]
)
def test_a_dump_that_cannot_be_read_is_an_error(tmp_path: Path, folder: Path, kind: str) -> None:
    dump = broken(tmp_path / "all.zip", kind)

    with pytest.raises(InvalidInput) as caught:
        ids(dump, folder)

    assert caught.value.code == "library.osv"
    assert not folder.exists() or not [*folder.glob("*.sqlite"), *folder.glob(".*.new")]


def test_a_dump_that_became_bad_leaves_the_index_of_the_old_one(dump: Path, folder: Path) -> None:
    ids(dump, folder)
    before = index_file(folder).read_bytes()
    broken(dump, "entry")

    with pytest.raises(InvalidInput):
        ids(dump, folder)

    assert index_file(folder).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_index_is_made_again(dump: Path, folder: Path, content: bytes) -> None:
    ids(dump, folder)
    index_file(folder).write_bytes(content)

    assert ids(dump, folder) == ["PYSEC-2026-1"]


def test_an_index_that_is_damaged_within_is_an_error_and_no_silence(
    dump: Path, folder: Path
) -> None:
    ids(dump, folder)
    path = index_file(folder)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'["PYSEC-2026-1"', b'["PYSEC-2026-1 '))

    with pytest.raises(Unavailable) as caught:
        ids(dump, folder)

    assert caught.value.code == "library.osv-index"
    path.unlink()
    assert ids(dump, folder) == ["PYSEC-2026-1"]


def test_a_folder_that_cannot_be_written_is_an_error(dump: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Unavailable) as caught:
        ids(dump, tmp_path / "file")

    assert caught.value.code == "library.osv-index"


def test_a_full_disk_leaves_nothing(
    dump: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(osv_index.os, "replace", fail)

    with pytest.raises(Unavailable, match="No space left"):
        ids(dump, folder)

    assert [path.name for path in folder.iterdir() if path.suffix != ".lock"] == []


def test_an_error_of_the_database_while_it_is_made_is_no_traceback(
    dump: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(osv_index, "_fill", fail)

    with pytest.raises(Unavailable, match="disk is full"):
        ids(dump, folder)


def test_what_a_killed_process_left_is_removed(dump: Path, folder: Path) -> None:
    ids(dump, folder)
    left = folder / f".{index_file(folder).name}.0123abcd.new"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    write_dump(dump, [advisory("PYSEC-2026-2")])

    ids(dump, folder)

    assert not left.exists()


def test_those_who_ask_at_the_same_time_get_the_same_answer(
    dump: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads, whose locks are those of processes."""
    made: list[Path] = []
    make = osv_index._make
    monkeypatch.setattr(
        osv_index, "_make", lambda path, files: (made.append(path), make(path, files))
    )
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ids(dump, folder), range(8)))

    assert answers == [["PYSEC-2026-1"]] * 8
    assert len(made) == 1
    assert [path.suffix for path in sorted(folder.iterdir())] == [".lock", ".sqlite"]


def test_without_a_lock_the_index_is_made_all_the_same(
    dump: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(osv_index.FileLock, "acquire", refuse)

    assert ids(dump, folder) == ["PYSEC-2026-1"]
