"""Arguments, messages and exit status of the tool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.blender_ext.messages import Interrupted, Messages
from extery.blender_ext.pipe import wait_until_read
from extery.cli.app import extery
from tests.blender_ext.tool import run
from tests.fetch.web import Web, serving
from tests.fetch.web import wait as pause

COMMANDS = (
    "build",
    "dummy-progress",
    "dummy-repo",
    "install",
    "install-files",
    "list",
    "repo-info",
    "server-generate",
    "sync",
    "uninstall",
    "validate",
)


def text_of(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(extery, ["blender-ext", *arguments])
    return done.exit_code, done.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["sync", "--version"]])
def test_the_version_is_that_of_blenders_tool(arguments: list[str]) -> None:
    assert text_of(*arguments) == (0, "0.1\n")


def test_without_a_command_the_help_lists_all() -> None:
    status, text = text_of()

    assert status == 0
    assert [name for name in COMMANDS if name not in text] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text(command: str) -> None:
    status, text = text_of(command, "--help")

    assert status == 0
    assert "--output-type" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such"],
        ["sync"],
        ["sync", "--no-such"],
        ["install", "a", "--local-dir", ".", "--remote-url", "x", "--local-cache", "2"],
        ["build", "--output-type", "XML"],
        ["server-generate", "--repo-dir", ".", "--assetlib-auth-method", "NONE"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_its_own_exit_status(arguments: list[str]) -> None:
    assert text_of(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("output_type", "expected"),
    [
        ("TEXT", b"ready\nERROR: no\nPROGRESS: Demo, BYTE, 1, 2\n"),
        ("JSON", b'["STATUS", "ready"]\n["ERROR", "no"]\n["PROGRESS", ["Demo", "BYTE", 1, 2]]\n'),
        (
            "JSON_0",
            b'["STATUS", "ready"]\0["ERROR", "no"]\0["PROGRESS", ["Demo", "BYTE", 1, 2]]\0',
        ),
    ],
)
def test_messages_have_the_form_of_blenders_protocol(output_type: str, expected: bytes) -> None:
    stream = BytesIO()
    messages = Messages(output_type, stream)  # type: ignore[arg-type]

    messages.status("ready")
    messages.error("no")
    messages.progress("Demo", 1, 2)

    assert stream.getvalue() == expected


def test_every_message_is_flushed() -> None:
    class Stream(BytesIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    stream = Stream()
    messages = Messages("TEXT", stream)
    messages.status("one")
    messages.status("two")

    assert stream.flushed == 2


def test_paths_that_are_not_unicode_can_be_reported() -> None:
    stream = BytesIO()
    Messages("TEXT", stream).status(os.fsdecode(b"caf\xe9"))
    Messages("JSON", stream).status(os.fsdecode(b"caf\xe9"))

    assert stream.getvalue() == b'caf\xe9\n["STATUS", "caf\\udce9"]\n'


def test_an_interrupted_command_stops_at_its_next_message() -> None:
    stopped = threading.Event()
    messages = Messages("TEXT", BytesIO())
    messages.on_interrupt(stopped.set)
    messages.interrupt()

    with pytest.raises(Interrupted):
        messages.status("more")
    assert stopped.wait(60)


def start(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "extery", "blender-ext", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.skipif(sys.platform == "win32", reason="Blender sends another signal there")
def test_an_interrupt_ends_the_command_with_status_1(tmp_path: Path) -> None:
    with start("dummy-progress", "--output-type=JSON_0", "--time-duration=600") as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"["
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()

    assert process.returncode == 1
    assert output.endswith(b'["DONE", ""]\0')
    assert errors == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Blender sends another signal there")
def test_an_interrupt_ends_a_request_that_waits_for_its_server(tmp_path: Path) -> None:
    with serving() as web:
        url = web.put("/index.json", b"{}")
        web.fail("/index.json", pause(5))
        arguments = ["--remote-url", url, "--local-dir", str(tmp_path / "r"), "--timeout=0"]
        with start("sync", *arguments, "--output-type=JSON_0") as process:
            wait_for_request(web)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate()

    assert process.returncode == 1
    assert b"FATAL" not in output
    assert errors == b""
    assert [path.name for path in (tmp_path / "r" / ".blender_ext").iterdir()] == []


def wait_for_request(web: Web) -> None:
    while not web.seen:
        threading.Event().wait(0.01)


def with_closed_output(*arguments: str) -> int:
    with start(*arguments) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    return process.returncode


@pytest.mark.parametrize(("more", "status"), [([], 1), (["--force-exit-ok"], 0)])
def test_a_reader_that_is_gone_is_an_error_unless_it_is_expected(
    more: Sequence[str], status: int, tmp_path: Path
) -> None:
    url = (tmp_path / "none").as_uri()

    done = with_closed_output("sync", "--remote-url", url, "--local-dir", str(tmp_path), *more)

    assert done == status


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot tell")
def test_the_process_ends_after_its_messages_were_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"message")
    returned = threading.Event()

    def wait() -> None:
        wait_until_read(writing, seconds=600)
        returned.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not returned.is_set()
    assert os.read(reading, 100) == b"message"
    thread.join(60)
    assert returned.is_set()
    os.close(reading)
    os.close(writing)


def test_a_reader_that_does_not_read_is_not_waited_for() -> None:
    with start("dummy-progress", "--output-type=JSON_0", "--steps-limit=1") as process:
        process.wait(60)
        assert process.stdout is not None
        assert process.stdout.read().endswith(b'["DONE", ""]\0')

    assert process.returncode == 0


def test_files_are_not_waited_for(tmp_path: Path) -> None:
    with (tmp_path / "messages").open("wb") as file:
        file.write(b"message")
        file.flush()
        wait_until_read(file.fileno(), seconds=600)

    assert (tmp_path / "messages").read_bytes() == b"message"


def test_the_progress_of_a_demonstration_is_counted_once() -> None:
    done = run("dummy-progress", "--steps-limit", "3", "--time-delay", "0")

    assert done.status == 0
    assert done.progress == [["Demo", "BYTE", step, 3] for step in range(4)]
    assert done.messages == [("DONE", "")]


def test_a_repository_for_tests_can_be_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    done = run("dummy-repo", "--repo-dir", folder, "--package-names", "one,two")

    assert done.messages == [("DONE", "")]
    assert {"one-1.0.0.zip", "two-1.0.0.zip", "index.json", "index.html"} <= {
        path.name for path in folder.iterdir()
    }


def test_a_repository_for_tests_needs_valid_names(tmp_path: Path) -> None:
    done = run("dummy-repo", "--repo-dir", tmp_path, "--package-names", "one two")

    assert done.status == 1
    assert "one two" in done.texts("FATAL_ERROR")[0]


@pytest.mark.parametrize(
    ("command", "unneeded"),
    [
        (["uninstall", "gears", "--local-dir", "none"], "httpx extery.rules rich zipfile"),
        (["install-files", "none.zip", "--local-dir", "none"], "httpx extery.rules rich zipfile"),
        (["sync", "--remote-url", "x", "--local-dir", "none"], "extery.package extery.rules"),
    ],
)
def test_a_start_imports_only_what_its_command_needs(command: list[str], unneeded: str) -> None:
    code = (
        f"import sys\nfrom extery.blender_ext.tool import run\nrun({command!r})\n"
        f"sys.exit(' '.join({{*sys.modules}} & {{*{unneeded!r}.split()}}))"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert done.stderr == "\n"
