"""Nothing that an index sends is trusted: a wrong byte is never stored, and a failure leaves all as it was."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

import pytest

from extery.author.wheels import execute
from tests.author.wheels.conftest import (
    MANIFEST,
    add,
    error_of,
    names_in,
    run,
    snapshot,
)
from tests.author.wheels.fake_index import (
    EVERYWHERE,
    FakeIndex,
)
from tests.fetch.web import status, tamper


def test_a_wheel_that_differs_from_its_hash_is_never_stored(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0")
    index.web.fail("/files/gearlib-1.0-py3-none-any.whl", tamper())

    assert "its size or SHA-256 differs" in error_of(source, "gearlib")


def test_a_failure_after_some_downloads_changes_nothing(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    index.web.fail(f"/files/gearlib-1.0-{EVERYWHERE[-1]}.whl", status(404))

    assert "returned 404" in error_of(source, "gearlib")


@pytest.mark.parametrize(
    "change",
    [
        {"filename": "../gearlib-9.0-py3-none-any.whl"},
        {"filename": "..\\gearlib-9.0-py3-none-any.whl"},
        {"filename": "cogs-9.0-py3-none-any.whl"},
        {"filename": "gearlib-9.0-py3-none-any.whl\n"},
        {"filename": f"gearlib-9.{'0' * 300}-py3-none-any.whl"},
        {"hashes": {}},
        {"hashes": {"md5": "0" * 32}},
        {"hashes": None},
        {"hashes": {"sha256": "zz"}},
        {"url": "file:///etc/passwd"},
        {"url": "ftp://127.0.0.1/gearlib-9.0-py3-none-any.whl"},
    ],
)
def test_entries_that_are_not_plain_wheels_are_left_out(
    index: FakeIndex, source: Path, change: dict[str, object]
) -> None:
    index.add("gearlib", "1.0")
    index.entry("gearlib", "gearlib-9.0-py3-none-any.whl", b"evil", **change)

    document = add(source, "gearlib")

    assert {wheel["version"] for wheel in document["wheels"]} == {"1.0"}


@pytest.mark.parametrize(
    "page",
    [
        b"{",
        b"{}",
        b'{"files": 3}',
        b'{"files": [3]}',
        b'{"files": [{"filename": 1, "url": 2}]}',
        b'{"files": ' + b"[" * 3000,
        b"\xff\xfe",
        b"<html><a href='",
        b"",
    ],
)
def test_a_page_that_is_none_is_an_error_and_no_traceback(
    index: FakeIndex, source: Path, page: bytes
) -> None:
    index.web.put("/simple/gearlib/", page)

    assert "Nothing was added." in error_of(source, "gearlib")


def test_metadata_that_differ_from_their_hash_are_read_from_the_wheel(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", requires=["teeth"])
    index.add("teeth", "1.0")
    index.web.put("/files/gearlib-1.0-py3-none-any.whl.metadata", b"Requires-Dist: evil\n")

    add(source, "gearlib")

    assert "teeth-1.0-py3-none-any.whl" in names_in(source)


@pytest.mark.parametrize(
    "text",
    [
        "teeth ; " + "(" * 900 + "os_name == 'nt'" + ")" * 900,
        "teeth ; " + "(" * 100_000,
        "teeth==" + "1" * 10_000,
        "teeth @ file:///etc/passwd",
        "teeth (>=1",
        "teeth; extra_name == 'x'",
        "teeth; python_version ~= 'x'",
        "\x00",
    ],
    ids=range(8),
)
def test_requirements_that_cannot_be_read_do_no_harm(
    index: FakeIndex, source: Path, text: str
) -> None:
    index.add("gearlib", "1.0", requires=[text])
    index.add("teeth", "1.0")

    document = add(source, "gearlib")

    assert {wheel["library"] for wheel in document["wheels"]} <= {"gearlib", "teeth"}


def test_metadata_of_large_wheels_are_read_without_fetching_these(
    index: FakeIndex, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.author.wheels.downloads._SMALL", 0)
    index.add("gearlib", "1.0", EVERYWHERE, requires=["teeth"], with_metadata=False)
    index.add("teeth", "1.0", with_metadata=False)

    result = run("add", "gearlib", "--dry-run", "--source-dir", source)

    assert "teeth-1.0-py3-none-any.whl" in result.output
    wheels = [seen for seen in index.web.seen if seen.path.endswith(".whl")]
    assert wheels
    assert all("range" in seen.headers for seen in wheels)


def test_wheels_that_need_more_than_another_of_their_version_are_planned_again(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE[:1], with_metadata=False)
    index.add("gearlib", "1.0", EVERYWHERE[1:], with_metadata=False, requires=["teeth"])
    index.add("teeth", "1.0", with_metadata=False)

    add(source, "gearlib")

    assert "teeth-1.0-py3-none-any.whl" in names_in(source)


def test_requirements_without_end_are_cut(
    index: FakeIndex, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.author.wheels.index.MAX_PROJECTS", 10)
    for number in range(12):
        index.add(f"lib{number}", "1.0", requires=[f"lib{number + 1}"])

    assert "more than 10 libraries" in error_of(source, "lib0")


@pytest.mark.parametrize("number", range(8))
def test_a_folder_that_cannot_be_written_is_as_before(
    index: FakeIndex, source: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Each write in turn fails: of a new wheel, of one that differed, and of the manifest."""
    index.add("teeth", "1.0")
    add(source, "teeth")
    (source / "wheels/teeth-1.0-py3-none-any.whl").write_bytes(b"mine")
    index.add("gearlib", "1.0", EVERYWHERE, requires=["teeth"])
    before, calls = snapshot(source), iter(range(9))
    real = execute.atomic_write

    def write(path: Path, **more: int) -> AbstractContextManager[BinaryIO]:
        if next(calls) == number:
            raise OSError(28, "No space left on device", str(path))
        return real(path, **more)

    monkeypatch.setattr(execute, "atomic_write", write)

    result = run("add", "gearlib", "--source-dir", source)

    assert "No space left on device" in result.output
    assert snapshot(source) == before
    assert next(calls) == number + 1


def test_a_manifest_that_was_edited_meanwhile_keeps_its_text(
    index: FakeIndex, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("gearlib", "1.0")
    manifest = source / MANIFEST
    real = execute.read_regular

    def edit_and_read(path: Path) -> bytes:
        manifest.write_text("# edited\n" + manifest.read_text("utf-8"), "utf-8")
        return real(path)

    monkeypatch.setattr(execute, "read_regular", edit_and_read)

    result = run("add", "gearlib", "--source-dir", source)

    assert "was changed while the wheels were downloaded" in result.output
    assert result.exit_code == 1
    assert manifest.read_text("utf-8").startswith("# edited\n")
    assert not (source / "wheels").exists()


def test_credentials_of_the_index_are_sent_to_it_only_and_shown_nowhere(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    url = index.url.replace("://", "://ada:secret7@")

    shown = run("add", "gearlib", "--source-dir", source, "--index", url, "--json")
    unknown = run("add", "gearz", "--source-dir", source, "--index", url)
    checked = run("check", "--source-dir", source, "--index", url)

    assert shown.exit_code == 0
    assert all("authorization" in seen.headers for seen in index.web.seen)
    assert "secret7" not in shown.output + unknown.output + checked.output
    assert unknown.exit_code == 1
    assert checked.exit_code == 0
