"""Files on disk: compressed variants, packages of channels, old files, and simultaneous runs."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
import types
from pathlib import Path

import brotli
import pytest

from extery.core.errors import Unavailable
from extery.core.locks import locked
from extery.listing.entries import parse_listing
from extery.repository import cache, write
from extery.repository.generate import generate
from tests.kills.writes import checked_after_each_write
from tests.repository.packages import put

#: Seconds after which a run counts as hanging.
HANG = 300
CONFIG = """\
schema_version = "1.0.0"
prereleases = false
[channels.beta]
prereleases = true
"""


def repository(folder: Path) -> Path:
    """A folder with a channel."""
    folder.mkdir(exist_ok=True)
    put(folder, "gears-1.zip", version="1.0.0")
    put(folder, "gears-2.zip", version="2.0.0-beta.1")
    (folder / "blender_repo.toml").write_text(CONFIG)
    return folder


def test_the_compressed_listing_has_the_same_content_and_time(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    for version in ("1.0.0", "2.0.0"):
        put(tmp_path, "a.zip", version=version)
        generate(tmp_path)
        plain, packed = tmp_path / "index.json", tmp_path / "index.json.gz"
        assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
        assert packed.stat().st_mtime_ns == plain.stat().st_mtime_ns


def test_the_compressed_listing_does_not_depend_on_the_moment(tmp_path: Path) -> None:
    write.write_listing(tmp_path / "index.json", b"{}" * 100)
    first = (tmp_path / "index.json.gz").read_bytes()
    (tmp_path / "index.json.gz").unlink()

    assert write.write_listing(tmp_path / "index.json", b"{}" * 100) == [tmp_path / "index.json.gz"]
    assert (tmp_path / "index.json.gz").read_bytes() == first


def test_a_listing_is_written_before_its_variants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write.write_listing(tmp_path / "index.json", b"old")
    old = (tmp_path / "index.json.gz").stat().st_mtime_ns
    os.utime(tmp_path / "index.json.gz", ns=(old - 10**9, old - 10**9))

    def end(data: bytes) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(write, "_gzip", end)
        with pytest.raises(KeyboardInterrupt):
            write.write_listing(tmp_path / "index.json", b"new")

    assert (tmp_path / "index.json").read_bytes() == b"new"
    times = [(tmp_path / name).stat().st_mtime_ns for name in ("index.json.gz", "index.json")]
    assert times == sorted(times)
    assert times[0] != times[1]  # the variant has an older time
    write.write_listing(tmp_path / "index.json", b"new")
    assert gzip.decompress((tmp_path / "index.json.gz").read_bytes()) == b"new"


def test_brotli_variants_are_written_if_it_is_installed_and_removed_when_outdated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brotli = types.ModuleType("brotli")
    vars(brotli)["compress"] = lambda data, quality, **_: b"br" + data[:quality]
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "brotli", brotli)
        written = write.write_listing(tmp_path / "index.json", b"one")
    assert [path.name for path in written] == ["index.json", "index.json.gz", "index.json.br"]
    assert (tmp_path / "index.json.br").read_bytes() == b"brone"

    monkeypatch.setitem(sys.modules, "brotli", None)
    write.write_listing(tmp_path / "index.json", b"two")

    assert not (tmp_path / "index.json.br").exists()


def test_the_brotli_variant_of_a_listing_is_smaller_than_gzip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "brotli", brotli)
    data = b'{"version":"v1","data":[' + b'{"id":"gear_tool","name":"Gear Tool"},' * 500 + b"{}]}"

    write.write_listing(tmp_path / "index.json", data)

    packed = (tmp_path / "index.json.br").read_bytes()
    assert brotli.decompress(packed) == data
    assert len(packed) < len((tmp_path / "index.json.gz").read_bytes())


def test_packages_in_a_channel_are_hard_links(tmp_path: Path) -> None:
    repository(tmp_path)

    done = generate(tmp_path)

    assert parse_listing((tmp_path / "index.json").read_bytes()).data[0]["version"] == "1.0.0"
    [entry] = parse_listing((tmp_path / "beta" / "index.json").read_bytes()).data
    assert (entry["version"], entry["archive_url"]) == ("2.0.0-beta.1", "./gears-2.zip")
    assert (tmp_path / "beta" / "gears-2.zip").samefile(tmp_path / "gears-2.zip")
    assert not (tmp_path / "beta" / "gears-1.zip").exists()
    assert done.listings == [("index.json", "everyone"), ("beta/index.json", "channel beta")]
    assert generate(tmp_path).listings == done.listings


def test_packages_are_copied_if_hard_links_are_not_supported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path)

    def refuse(*arguments: object, **more: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    generate(tmp_path)
    copy, original = tmp_path / "beta" / "gears-2.zip", tmp_path / "gears-2.zip"

    assert not copy.samefile(original)
    assert copy.read_bytes() == original.read_bytes()
    before = copy.stat().st_ino
    put(tmp_path, "other.zip", extension_id="other_tool")
    generate(tmp_path)
    assert copy.stat().st_ino == before  # not copied again


def test_outdated_packages_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    repository(tmp_path)
    generate(tmp_path)
    (tmp_path / "beta" / "notes.txt").touch()
    put(tmp_path, "gears-3.zip", version="3.0.0-beta.1")

    generate(tmp_path)
    assert sorted(path.name for path in (tmp_path / "beta").iterdir()) == [
        "gears-3.zip",
        "index.json",
        "index.json.gz",
        "notes.txt",
    ]

    (tmp_path / "blender_repo.toml").unlink()
    generate(tmp_path)
    assert [path.name for path in (tmp_path / "beta").iterdir()] == ["notes.txt"]
    assert len(list(tmp_path.glob("*.zip"))) == 3


def test_the_folder_of_a_removed_channel_is_removed(tmp_path: Path) -> None:
    repository(tmp_path)
    generate(tmp_path)
    (tmp_path / "blender_repo.toml").unlink()

    generate(tmp_path)

    assert not (tmp_path / "beta").exists()
    assert (tmp_path / "gears-2.zip").exists()


def test_temporary_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    repository(tmp_path)
    generate(tmp_path)
    (tmp_path / "gears-1.zip").touch()
    rubbish = [
        tmp_path / ".index.json.ab3_x9zz.new",
        tmp_path / ".index.json.gz.ab3_x9zz.new",
        tmp_path / ".extery" / ".state.json.ab3_x9zz.new",
        tmp_path / "beta" / ".gears-2.zip.00000042.new",
    ]
    mine = [tmp_path / ".gear.zip.ab3_x9zz.new", tmp_path / ".index.json.new"]
    for path in [*rubbish, *mine]:
        path.touch()

    generate(tmp_path)

    assert [path for path in rubbish if path.exists()] == []
    assert all(path.exists() for path in mine)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".extery").touch()  # in place of a folder

    with pytest.raises(Unavailable) as caught:
        generate(tmp_path)

    assert caught.value.code == "generate.unwritable"


def test_a_second_run_in_a_folder_waits_and_reports_it(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    lock = tmp_path / cache.FOLDER / cache.LOCK
    waits, is_done = threading.Event(), threading.Event()

    def second() -> None:
        generate(tmp_path, on_wait=lambda _: waits.set())
        is_done.set()

    lock.parent.mkdir()
    with locked(lock, area="generate", command="extery test", timeout=0):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(HANG)
        assert not is_done.is_set()
    thread.join(HANG)
    assert is_done.is_set()
    generate(tmp_path, on_wait=pytest.fail)


def run(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extery", "server-generate", "--repo-dir", folder, "--html"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_simultaneous_runs_all_succeed(tmp_path: Path) -> None:
    repository(tmp_path)

    processes = [run(tmp_path) for _ in range(4)]

    assert [process.wait(HANG) for process in processes] == [0, 0, 0, 0]
    check(tmp_path)


def check(folder: Path) -> None:
    """Check that every listing is complete and every listed package exists."""
    for path in (folder / "index.json", folder / "beta" / "index.json"):
        if path.exists():
            for item in parse_listing(path.read_bytes()).data:
                package = path.parent / item["archive_url"]
                assert package.stat().st_size == item["archive_size"]


def test_after_each_write_every_listed_package_exists(tmp_path: Path) -> None:
    repository(tmp_path)
    generate(tmp_path)
    seen: set[int] = set()

    def read() -> None:
        data = parse_listing((tmp_path / "index.json").read_bytes()).data
        parse_listing(gzip.decompress((tmp_path / "index.json.gz").read_bytes()))
        seen.add(len(data))
        assert all((tmp_path / i["archive_url"]).exists() for i in data)
        check(tmp_path)

    for number in range(12):
        extension_id = f"tool_{number % 7}"
        put(tmp_path, f"new-{number}.zip", extension_id=extension_id, version=f"1.{number}.0")
        with checked_after_each_write(tmp_path, read) as writes:
            generate(tmp_path)
        assert writes.count > 5

    assert seen == set(range(1, 9))
