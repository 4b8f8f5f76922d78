"""Downloads of packages: resumed, verified, parallel, without the token for other hosts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.blender_ext.install.installing import cached, install, serve, url_of
from tests.blender_ext.tool import run, visible
from tests.fetch.web import Web, cut_off, endless, redirect, serving, status, tamper


def test_a_token_that_cannot_be_sent_is_a_fatal_error(web: Web, local: Path) -> None:
    run("sync", "--remote-url", url_of(web), "--local-dir", local)
    arguments = ["gears", "--remote-url", url_of(web), "--local-dir", local]

    done = run("install", *arguments, "--access-token", "t\u00f6ken")

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["FATAL_ERROR"]
    assert "t\u00f6ken" not in done.texts("FATAL_ERROR")[0]


def test_a_cut_off_download_is_continued(web: Web, local: Path) -> None:
    web.fail("/gears.zip", cut_off(100))

    assert install(web, local, "gears").status == 0
    assert web.requests_of("/gears.zip")[1]["range"] == "bytes=100-"
    assert cached(local) == ["gears.zip"]


def test_a_download_is_continued_by_the_next_run(web: Web, local: Path) -> None:
    web.fail("/gears.zip", cut_off(100), *[status(503)] * 4)
    assert install(web, local, "gears", "--local-cache", "0").status == 1

    assert install(web, local, "gears", "--local-cache", "0").status == 0
    assert web.requests_of("/gears.zip")[-1]["range"] == "bytes=100-"
    assert cached(local) == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(tamper(), id="tampered"),
        pytest.param(endless(), id="endless"),
        pytest.param(status(403), id="refused"),
        pytest.param(status(404), id="missing"),
        pytest.param(redirect("file:///etc/passwd"), id="redirect to a file"),
    ],
)
def test_a_bad_download_changes_nothing_and_the_others_are_installed(
    fault: Any, web: Web, local: Path
) -> None:
    web.fail("/gears.zip", *[fault] * 10)

    done = install(web, local, "gears,cogs")

    assert done.status == 1
    assert visible(local) == ["cogs"]
    assert len(done.texts("FATAL_ERROR")) == 1
    assert done.texts("FATAL_ERROR")[0].startswith('install "gears": ')
    assert cached(local) == ["cogs.zip"]


def test_a_listing_from_the_web_cannot_install_a_local_file(
    web: Web, remote: Path, local: Path
) -> None:
    document = json.loads(web.pages["/index.json"])
    for item in document["data"]:
        item["archive_url"] = (remote / item["archive_url"]).as_uri()
    web.put("/index.json", json.dumps(document).encode())

    done = install(web, local, "gears")

    assert done.status == 1
    assert visible(local) == []


def test_the_token_is_not_sent_to_the_host_of_packages(web: Web, remote: Path, local: Path) -> None:
    with serving() as other:
        serve(other, remote)
        document = json.loads(web.pages["/index.json"])
        for item in document["data"]:
            item["archive_url"] = other.url + item["archive_url"].removeprefix(".")
        web.put("/index.json", json.dumps(document).encode())

        install(web, local, "gears", "--access-token", "secret", "--online-user-agent", "Blender")

        [headers] = other.requests_of("/gears.zip")
    assert "authorization" not in headers
    assert headers["user-agent"] == "Blender"


def test_packages_are_downloaded_at_the_same_time(web: Web, local: Path) -> None:
    barrier = threading.Barrier(3, timeout=60)

    def meet(_handler: Any, _body: bytes) -> bool:
        barrier.wait()
        return False

    for name in ("gears", "cogs", "bolts"):
        web.fail(f"/{name}.zip", meet)

    done = install(web, local, "gears,cogs,bolts")

    assert done.status == 0
    assert {text for text, *_ in done.progress} == {"Downloading 3 packages"}


def test_an_interrupted_download_can_be_continued(web: Web, local: Path) -> None:
    run("sync", "--remote-url", url_of(web), "--local-dir", local)
    is_requested, may_end = threading.Event(), threading.Event()

    def hold(handler: Any, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:200])
        handler.wfile.flush()
        is_requested.set()
        may_end.wait(60)
        return True

    web.fail("/gears.zip", hold)
    arguments = ["install", "gears", "--remote-url", url_of(web), "--local-dir", str(local)]
    command = [sys.executable, "-m", "extery", "blender-ext", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert is_requested.wait(60)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    may_end.set()

    assert process.returncode == 1
    assert (b"FATAL" in output, errors) == (False, b"")
    assert install(web, local, "gears").status == 0
    assert cached(local) == ["gears.zip"]
