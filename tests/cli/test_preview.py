"""``extery preview``, started and stopped in a process of its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.cli.command import Run
from extery.cli.commands.preview import ProblemLog, _addresses
from extery.cli.project_file import ProjectConfig
from extery.core.errors import ExteryError, Problem
from extery.repository.preview import preview
from tests.cli.test_cli import modules_after
from tests.repository.packages import put


@contextmanager
def previewing(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command in a process that is killed at the end of the test."""
    command = [sys.executable, "-m", "extery", "preview", folder, "--port", "0", *arguments]
    # Background jobs of a shell ignore SIGINT and so do their children. exec resets a signal with a handler.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl+C reaches the tests too")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_preview_prints_its_addresses_and_stops_cleanly(
    tmp_path: Path, ending: signal.Signals
) -> None:
    put(tmp_path, "gear.zip")
    with previewing(tmp_path) as process:
        assert process.stdout is not None
        paste, browse = process.stdout.readline(), process.stdout.readline()
        found = re.fullmatch(r"Paste into Blender: (http://127\.0\.0\.1:\d+/index\.json)\n", paste)
        assert found is not None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(found[1]) as response:
            assert b"gear_tool" in response.read()
        assert browse == f"Open in a browser:  {found[1].removesuffix('index.json')}\n"
        process.send_signal(ending)
        stdout, stderr = process.communicate(timeout=300)

    assert process.returncode == 0
    assert stdout == ""
    assert stderr.endswith("200 GET /index.json\nStopped. No problems.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl+C reaches the tests too")
def test_problems_are_printed_as_they_occur_and_counted_at_the_end(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    (tmp_path / "bad.zip").write_text("no zip")
    with previewing(tmp_path, "-q") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Paste into Blender: ")
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=300)

    assert process.returncode == 0
    first, *_, last = stderr.splitlines()
    assert first.startswith(f"{tmp_path}/bad.zip: error: ")
    assert last == "Stopped. Found 1 error."
    assert stderr.count("[package.not-zip]") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl+C reaches the tests too")
def test_json_is_one_document_with_the_address_and_all_problems(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    (tmp_path / "bad.zip").write_text("no zip")
    with previewing(tmp_path, "--json") as process:
        assert process.stderr is not None
        address = next(line for line in process.stderr if line.startswith("Paste into Blender: "))
        process.send_signal(signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=300)

    document = json.loads(stdout)
    assert document["command"] == "preview"
    assert address == f"Paste into Blender: {document['url']}\n"
    assert [problem["code"] for problem in document["problems"]] == ["package.not-zip"]
    assert "package.not-zip" not in stderr


def test_a_problem_of_several_runs_is_listed_once_and_silenced_warnings_apart() -> None:
    bad = Problem.of("build.path-twice", path="a", list="paths")
    warning = Problem.of("build.link-skipped", path="docs")
    config = ProjectConfig(silenced={"build.link-skipped": "known"})
    problems = ProblemLog(Run("json", config), is_text=False)

    for _ in range(2):
        problems.add(ExteryError(bad, warning))

    assert [item.problem for item in problems.reported] == [bad]
    assert [item.prefixed.problem for item in problems.silenced] == [warning]


def test_a_missing_folder_is_an_error() -> None:
    result = CliRunner().invoke(extery, ["preview", "nowhere"])

    assert result.exit_code == 1
    assert "[preview.folder-missing]" in result.stderr
    assert result.stderr.endswith("Nothing was served. Found 1 error.\n")


def test_a_missing_folder_is_reported_as_json() -> None:
    result = CliRunner().invoke(extery, ["preview", "nowhere", "--json"])

    [problem] = json.loads(result.stdout)["problems"]
    assert problem["code"] == "preview.folder-missing"


def test_the_server_is_imported_on_demand() -> None:
    assert "http.server" not in modules_after("preview", "--help")


def test_the_url_of_each_listing_is_printed_with_its_blenders(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    with preview(tmp_path) as running:
        [line] = _addresses(running, tmp_path / "none")
    assert line == f"Paste into Blender: {running.url}/index.json"

    put(tmp_path, "rocks.zip", extension_id="rocks", kind="asset-library")
    with preview(tmp_path) as running:
        lines = [*_addresses(running, tmp_path / "none")]
    assert lines == [
        f"Paste into Blender, for every Blender, without asset libraries: {running.url}/index.json",
        f"  or, for Blender 5.3 and newer, with asset libraries: {running.url}/blender-5.3/index.json",
    ]
