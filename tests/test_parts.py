"""A missing part skips a test, or fails it where required, with an instruction to install it."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests import parts
from tests.blender.install import RELEASES
from tests.one_database import ONE_DATABASE, TESTS
from tests.parts import PARTS, Part, free_port, require_part


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a part that does not exist."""
    monkeypatch.setitem(PARTS, "telescope-2", Part("telescope", lambda: None, "build one"))
    monkeypatch.delenv("EXTERY_REQUIRE", raising=False)
    return "telescope-2"


def test_a_missing_part_skips_the_test_with_an_instruction(missing: str) -> None:
    with pytest.raises(pytest.skip.Exception, match="telescope-2 is not here: build one"):
        require_part(missing)


@pytest.mark.parametrize("required", ["all", "telescope", "telescope-2", "browser, telescope-2"])
def test_a_missing_part_that_is_required_fails_the_test(
    missing: str, monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv("EXTERY_REQUIRE", required)

    with pytest.raises(pytest.fail.Exception, match="telescope-2 is not here: build one"):
        require_part(missing)


def test_requiring_one_part_does_not_require_another(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_REQUIRE", "browser,telescope-3")

    with pytest.raises(pytest.skip.Exception):
        require_part(missing)


def test_the_corpus_is_in_the_configured_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_CORPUS", str(tmp_path))
    assert parts.find_corpus() is None

    (tmp_path / "verdicts.jsonl").touch()
    assert require_part("corpus") == tmp_path


def test_every_release_of_blender_is_a_part_that_names_the_python_it_needs() -> None:
    for series, release in RELEASES.items():
        part = PARTS[f"blender-{series}"]
        assert part.marker == "blender"
        assert part.install == f"run 'make blender' (bpy from PyPI; needs CPython {release.python})"


@pytest.mark.unzip
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_a_python_part_is_an_interpreter_of_that_version(version: str) -> None:
    python = require_part(f"python-{version}")
    asked = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.strip() == version


def test_a_program_that_is_not_on_path_is_a_missing_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert PARTS["unzip"].find() is None


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 1023


@pytest.mark.browser
def test_the_browser_opens_a_page() -> None:
    with parts.launch_browser() as browser, browser.new_context() as context:
        page = context.new_page()
        page.goto("data:text/html,<title>Gears</title><h1>Hello</h1>")
        assert page.title() == "Gears"
        assert page.get_by_role("heading").inner_text() == "Hello"


def test_what_runs_on_one_database_exists() -> None:
    assert [name for name in ONE_DATABASE if not (TESTS / name).exists()] == []
