"""The cache: unchanged packages are not opened, changed ones are always read."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from extery.listing.entries import parse_listing
from extery.repository import package_scan, parallel_scan
from extery.repository.generate import generate
from extery.repository.scan import PackageFile, ScannedPackage
from tests.repository.packages import put

STATE = Path(".extery", "state.json")


@pytest.fixture
def read_names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the packages that are read, in order."""
    names: list[str] = []
    read = package_scan.scan_package

    def record_name(folder: Path, name: str, **options: Any) -> ScannedPackage:
        names.append(name)
        return read(folder, name, **options)

    monkeypatch.setattr(parallel_scan, "scan_package", record_name)
    return names


def set_old_times(folder: Path) -> None:
    """Set old times, so that unchanged packages need no second look."""
    for path in folder.glob("*.zip"):
        os.utime(path, ns=(10**18, 10**18))


def package_of_fixed_size(folder: Path, version: str) -> bytes:
    """Return a package whose size does not depend on its version."""
    data = put(folder, "new", version=version).read_bytes()
    (folder / "new").unlink()
    # The comment of a zip is at its end, after its length.
    room = 1000 - len(data)
    return data[:-2] + room.to_bytes(2, "little") + b"." * room


def versions(folder: Path) -> list[str]:
    return [item["version"] for item in parse_listing((folder / "index.json").read_bytes()).data]


def test_unchanged_packages_are_not_read_again(tmp_path: Path, read_names: list[str]) -> None:
    put(tmp_path, "a.zip")
    put(tmp_path, "b.zip", extension_id="dusk", kind="theme")
    set_old_times(tmp_path)
    assert generate(tmp_path).packages == 2
    assert read_names == ["a.zip", "b.zip"]

    again = generate(tmp_path)

    assert read_names == ["a.zip", "b.zip"]
    assert (again.packages, again.written) == (2, ())
    assert [item["id"] for item in again.entries] == ["dusk", "gear_tool"]


def test_only_new_packages_are_read(tmp_path: Path, read_names: list[str]) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path)
    put(tmp_path, "b.zip", extension_id="other_tool")

    assert generate(tmp_path).packages == 2

    assert read_names == ["a.zip", "b.zip"]


def test_the_first_page_reads_every_package_again(tmp_path: Path, read_names: list[str]) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    for html in (False, True, False, True):
        generate(tmp_path, html=html)

    assert read_names == ["a.zip", "a.zip"]


def test_a_removed_package_is_not_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    put(tmp_path, "b.zip", extension_id="other_tool")
    set_old_times(tmp_path)
    generate(tmp_path)
    (tmp_path / "b.zip").unlink()

    assert [item["id"] for item in generate(tmp_path).entries] == ["gear_tool"]


@pytest.mark.parametrize("changed", ["size", "time", "inode"])
def test_a_package_with_another_size_time_or_inode_is_read_again(
    tmp_path: Path, changed: str, read_names: list[str]
) -> None:
    path = put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path)
    if changed == "size":
        put(tmp_path, "a.zip", version="10.0.0")
        set_old_times(tmp_path)
    elif changed == "time":
        os.utime(path, ns=(10**18, 10**18 + 1))
    else:
        shutil.copy2(path, tmp_path / "copy")
        (tmp_path / "copy").replace(path)

    generate(tmp_path)

    assert read_names == ["a.zip", "a.zip"]


def test_two_changes_within_one_clock_tick_are_both_detected(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(package_of_fixed_size(tmp_path, "1.0.0"))
    in_future = time.time_ns() + 10**12  # later than the run, whatever the resolution of the clock
    os.utime(path, ns=(in_future, in_future))
    generate(tmp_path)
    before = path.stat()

    path.write_bytes(package_of_fixed_size(tmp_path, "2.0.0"))
    os.utime(path, ns=(in_future, in_future))
    after = path.stat()

    assert (before.st_size, before.st_ino) == (after.st_size, after.st_ino)
    generate(tmp_path)
    assert versions(tmp_path) == ["2.0.0"]


def test_verify_detects_changed_content_with_the_same_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(package_of_fixed_size(tmp_path, "1.0.0"))
    set_old_times(tmp_path)
    generate(tmp_path)
    path.write_bytes(package_of_fixed_size(tmp_path, "2.0.0"))
    set_old_times(tmp_path)
    generate(tmp_path)
    assert versions(tmp_path) == ["1.0.0"]

    done = generate(tmp_path, verify=True)

    assert versions(tmp_path) == ["2.0.0"]
    assert [problem.code for problem in done.problems] == ["generate.content-changed"]
    assert not generate(tmp_path, verify=True).problems


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\x00",
        b"{}",
        b"[]\n[]",
        b'{"format":"other","crc":0}\n[]',
        b"torn",
    ],
)
def test_a_damaged_or_foreign_state_is_replaced(
    tmp_path: Path, data: bytes, read_names: list[str]
) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path)
    good = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(good[: len(good) // 2] if data == b"torn" else data)

    generate(tmp_path)

    assert read_names == ["a.zip", "a.zip"]
    generate(tmp_path)
    assert read_names == ["a.zip", "a.zip"]


def test_a_state_with_a_changed_entry_is_ignored(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path)
    state = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(state.replace(b"Gear Tool", b"Fear Tool"))
    put(tmp_path, "b.zip", extension_id="other_tool")

    assert [item["name"] for item in generate(tmp_path).entries] == ["Gear Tool", "Gear Tool"]


def test_bad_packages_are_reported_by_every_run_and_read_once(
    tmp_path: Path, read_names: list[str]
) -> None:
    (tmp_path / "bad.zip").write_text("no zip")
    set_old_times(tmp_path)

    first, second = generate(tmp_path), generate(tmp_path)

    assert list(first.problems) == list(second.problems)
    assert [str(p.where) for p in second.problems] == [str(tmp_path / "bad.zip")]
    assert read_names == ["bad.zip"]


@pytest.mark.parametrize("lost", ["index.json", "index.json.gz", "index.html"])
def test_a_removed_output_file_is_written_again(tmp_path: Path, lost: str) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path, html=True)
    (tmp_path / lost).unlink()

    assert [path.name for path in generate(tmp_path, html=True).written] == [lost]


def test_a_modified_listing_is_written_again(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    generate(tmp_path)
    right = (tmp_path / "index.json").read_bytes()
    (tmp_path / "index.json").write_bytes(b"{}")

    generate(tmp_path)

    assert (tmp_path / "index.json").read_bytes() == right


def test_changes_of_configuration_sets_and_template_are_detected(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    set_old_times(tmp_path)
    template = tmp_path / "mine.html"
    template.write_text("${body}")

    def written() -> list[str]:
        done = generate(tmp_path, html=True, template=template)
        return sorted(str(path.relative_to(tmp_path)) for path in done.written)

    written()
    assert written() == []
    template.write_text("<hr>${body}")
    assert written() == ["index.html"]
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "shot.toml").write_text('gear_tool = "*"\n')
    assert "sets/shot/index.json" in written()
    (tmp_path / "blender_repo.toml").write_text('schema_version = "1.0.0"\nprereleases = false\n')
    assert written() == []  # the configuration was checked
    assert written() == []


def test_a_page_with_cached_cards_equals_the_page_of_a_new_folder(tmp_path: Path) -> None:
    folder, fresh = tmp_path / "folder", tmp_path / "fresh"
    folder.mkdir()
    put(folder, "a.zip", extension_id="a_tool")
    put(folder, "b.zip", extension_id="b_tool", version="1.0.0")
    put(folder, "c.zip", extension_id="c_tool")
    put(folder, "d.zip", extension_id="dusk", kind="theme")
    set_old_times(folder)
    generate(folder, html=True)
    put(folder, "b2.zip", extension_id="b_tool", version="2.0.0")
    (folder / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\n[extensions.c_tool]\nname = "Another"\n'
        '[[blocklist]]\nid = "dusk"\nreason = "Too dark"\n'
    )

    generate(folder, html=True)

    page = (folder / "index.html").read_text("utf-8")
    assert all(text in page for text in ("b2.zip", "Another", "Too dark"))
    shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns(".extery", "index.*"))
    generate(fresh, html=True)
    assert (fresh / "index.html").read_text("utf-8") == page


def test_many_packages_are_read_by_several_processes_in_order(tmp_path: Path) -> None:
    for number in range(40):
        put(tmp_path, f"{number:02}.zip", extension_id=f"tool_{number:02}")
    (tmp_path / "17.zip").write_text("no zip")
    found = [PackageFile(path.name, 0, 0, 0) for path in sorted(tmp_path.glob("*.zip"))]

    several = parallel_scan.scan_packages(tmp_path, found, processes=2)

    assert several == parallel_scan.scan_packages(tmp_path, found, processes=1)
    assert [archive.name for archive in several] == [item.name for item in found]


def test_the_state_is_json_lines_without_absolute_paths(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / "bad.zip").write_text("no zip")
    generate(tmp_path, html=True)

    text = (tmp_path / STATE).read_text("ascii")

    head, known, entry, no_entry, facts, no_facts, end = text.split("\n")
    assert json.loads(head)["count"] == 1
    assert json.loads(known)[0] == ["a.zip", "bad.zip"]
    assert json.loads(entry)["id"] == "gear_tool"
    assert "date" in json.loads(facts)
    assert (no_entry, no_facts, end) == ("", "{}", "")
    assert str(tmp_path) not in known + entry + facts


def test_packages_of_a_failed_worker_process_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        put(tmp_path, f"{number:02}.zip", extension_id=f"tool_{number:02}")
    found = [PackageFile(path.name, 0, 0, 0) for path in sorted(tmp_path.glob("*.zip"))]
    whole, me = parallel_scan.scan_packages(tmp_path, found, processes=1), os.getpid()
    read = package_scan.scan_package

    def end_in_worker(folder: Path, name: str, **options: Any) -> ScannedPackage:
        if os.getpid() != me:
            os._exit(9)
        time.sleep(0.005)  # so that the worker process gets packages
        return read(folder, name, **options)

    monkeypatch.setattr(parallel_scan, "scan_package", end_in_worker)

    assert parallel_scan.scan_packages(tmp_path, found, processes=2) == whole
