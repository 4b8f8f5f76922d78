"""Environments with ``bpy``: complete, once, with the libraries that Blender ships. What makes them is faked here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from extery.blenders import environments, installers
from extery.blenders.environments import (
    MARKER,
    Environment,
    environment_of,
    make_environment,
    make_tools,
)
from extery.blenders.releases import RELEASES
from extery.core.errors import ExteryError
from extery.core.file_lock import FileLock
from extery.core.shipped_libraries import libraries_of

needs_a_shell = pytest.mark.skipif(os.name == "nt", reason="the programs here are shell scripts")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path))
    return tmp_path / "blenders"


def put_python(environment: Environment, prints: str) -> None:
    """Write an interpreter that always prints this text."""
    environment.python.parent.mkdir(parents=True, exist_ok=True)
    environment.python.write_text(f"#!/bin/sh\necho '{prints}'\n")
    environment.python.chmod(0o755)


def fake_creation(
    monkeypatch: pytest.MonkeyPatch, prints: Callable[[Environment], str]
) -> list[str]:
    """Let environments be created with an interpreter that prints a text; return the series of those created."""
    created = []

    def create(made: Environment, _on_progress: Any) -> None:
        created.append(made.series)
        put_python(made, prints(made))

    monkeypatch.setattr(environments, "_create", create)
    return created


def works(made: Environment) -> str:
    return made.release.version


def test_an_environment_is_pinned_to_the_libraries_that_its_blender_ships() -> None:
    for series, release in RELEASES.items():
        pins = dict(line.split("==") for line in release.requirements)
        shipped = libraries_of(tuple(map(int, series.split("."))))  # type: ignore[arg-type]
        assert shipped
        assert pins.pop("bpy") == release.version
        assert pins.keys() == shipped.keys()
        assert {name for name in pins if pins[name] != shipped[name]} <= {"zstandard"}


@needs_a_shell
def test_an_environment_is_made_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = fake_creation(monkeypatch, works)
    assert make_environment("5.0") is True
    assert make_environment("5.0") is False
    assert created == ["5.0"]
    assert environment_of("5.0").is_complete
    assert environment_of("5.0").folder == cache / f"bpy-{RELEASES['5.0'].version}"


@needs_a_shell
def test_an_environment_with_other_libraries_is_made_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = fake_creation(monkeypatch, works)
    make_environment("5.0")
    (environment_of("5.0").folder / MARKER).write_text("bpy==5.0.1\nnumpy==9.9\n")
    (environment_of("5.0").folder / "old").touch()
    assert make_environment("5.0") is True
    assert created == ["5.0", "5.0"]
    assert not (environment_of("5.0").folder / "old").exists()


@needs_a_shell
def test_what_a_killed_process_left_is_removed(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_creation(monkeypatch, works)
    half = cache / f".bpy-{RELEASES['5.0'].version}-x"
    half.mkdir(parents=True)
    make_environment("5.0")
    assert {path.name for path in cache.iterdir()} == {
        f"bpy-{RELEASES['5.0'].version}",
        f".bpy-{RELEASES['5.0'].version}.lock",
    }


@needs_a_shell
@pytest.mark.parametrize(
    ("printed", "reason"),
    [("9.9.9", "another release"), ("", "another release")],
    ids=["another release", "nothing"],
)
def test_an_environment_that_cannot_import_bpy_is_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, printed: str, reason: str
) -> None:
    fake_creation(monkeypatch, lambda _: printed)
    with pytest.raises(ExteryError, match=reason) as caught:
        make_environment("5.0")
    assert caught.value.code == "environment.failed"
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


def test_an_interrupted_installation_leaves_no_files(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(made: Environment, _on_progress: Any) -> None:
        (made.folder / "half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(environments, "_create", create)
    with pytest.raises(KeyboardInterrupt):
        make_environment("5.0")
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


def test_a_missing_python_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "find_python", lambda _: None)
    with pytest.raises(ExteryError, match=r"Blender 5\.3 needs CPython 3\.13") as caught:
        make_environment("5.3")
    assert caught.value.code == "environment.no-python"


def test_a_full_disk_is_reported_before_the_download(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr(environments.shutil, "disk_usage", lambda _: usage)  # type: ignore[attr-defined]
    with pytest.raises(ExteryError, match=r"1\.0 MB of free space") as caught:
        make_environment("5.3")
    assert caught.value.code == "environment.no-space"


@needs_a_shell
def test_a_second_process_waits_and_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = fake_creation(monkeypatch, works)
    cache.mkdir()
    other = FileLock(cache / f".bpy-{RELEASES['5.0'].version}.lock")
    other.acquire()
    waits = []

    def on_wait(text: str) -> None:
        waits.append(text)
        folder = environment_of("5.0").folder
        put_python(environment_of("5.0"), "")
        (folder / MARKER).write_text("".join(f"{r}\n" for r in RELEASES["5.0"].requirements))
        other.release()

    assert make_environment("5.0", on_wait=on_wait) is False
    assert waits == ["another process that installs Blender 5.0"]
    assert created == []


def test_the_tools_of_a_python_are_installed_once_into_a_folder(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def install(requirements: Iterable[str], *, target: Path, python: str) -> str:
        calls.append((list(requirements), python))
        (target / "pytest").mkdir()
        return ""

    monkeypatch.setattr(environments, "install_wheels", install)
    assert make_tools("3.13") == make_tools("3.13") == cache / "tools-3.13"
    assert calls == [([*environments.TOOLS], "3.13")]


def test_an_installer_that_fails_is_quoted(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "install_wheels", lambda *_, **__: "no route to host")
    with pytest.raises(ExteryError, match="pytest could not be installed: no route to host"):
        make_tools("3.13")


@needs_a_shell
def test_uv_is_used_if_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = tmp_path / "uv"
    uv.write_text('#!/bin/sh\necho "$@" > "$0.called"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installers.install_wheels(["pytest==1"], target=tmp_path / "t", python="3.13") == ""
    called = (tmp_path / "uv.called").read_text().split()
    assert called[:2] == ["pip", "install"]
    assert "--only-binary" in called
    assert called[-1] == "pytest==1"


def test_the_end_of_what_a_failing_program_prints_is_the_reason() -> None:
    import sys

    program = "import sys; print('x' * 10_000 + 'the reason'); sys.exit(3)"
    reason = installers.run([sys.executable, "-c", program])
    assert reason.endswith("the reason")
    assert len(reason) < 1_000


@needs_a_shell
def test_an_error_of_bpy_that_is_no_utf_8_is_reported(tmp_path: Path) -> None:
    environment = Environment("5.3", tmp_path)
    put_python(environment, "")
    environment.python.write_text("#!/bin/sh\nprintf 'no library \\377' >&2\nexit 1\n")
    assert environments._import_error(environment) == "no library \ufffd"
