"""``extery preview``, as a person starts and stops it."""

from __future__ import annotations

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
from tests.cli.test_cli import modules_after
from tests.repository.packages import put


@contextmanager
def previewing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which is gone at the end whatever the test finds."""
    command = [sys.executable, "-m", "extery", "preview", folder, "--port", "0"]
    # Whoever runs the tests in the background of a shell has them ignore Ctrl+C, and so would
    # their processes; a handler of ours is what exec puts back to the default.
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
def test_a_preview_says_what_to_paste_and_stops_cleanly(
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
    assert stderr.endswith("200 GET /index.json\nStopped.\n")


def test_a_folder_that_is_not_there_is_an_error() -> None:
    result = CliRunner().invoke(extery, ["preview", "nowhere"])

    assert result.exit_code == 1
    assert "[preview.folder-missing]" in result.stderr
    assert result.stderr.endswith("Nothing was served. Found 1 error.\n")


def test_the_server_is_imported_when_it_is_used_only() -> None:
    assert "http.server" not in modules_after("preview", "--help")
