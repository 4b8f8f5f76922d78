"""``extery serve`` with its worker: started, restarted, stopped; no download count is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from extery_site.project.database_address import SQLITE_FILE
from tests.site.packages import package
from tests.site.project.server.running import ask, run_script, serving
from tests.waiting import HANG, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

_PUBLISH = """
import io
from extery_site.accounts.models import User
from extery_site.catalog.models import Package, Version
from extery_site.publish.upload import receive_upload
user = User.objects.create_user("ada", "ada@example.org")
data = open(PATH, "rb")
version = receive_upload(file=data, name="gear.zip", user=user).version
Version.objects.update(status="approved")
print(Package.objects.get().download_path)
"""


def test_the_worker_beside_the_server_is_restarted(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        wait_until(site.workers)
        (first,) = site.workers()
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: site.workers() not in ([], [first]))
        assert "restarting in" in site.output
        site.process.terminate()
        assert site.process.wait(HANG) == 0
        assert site.workers() == []
        assert "Traceback" not in site.output


def test_the_worker_ends_when_the_server_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as site:
        wait_until(site.workers)
        site.process.kill()
        site.process.wait(HANG)
        wait_until(lambda: not site.workers())

        assert site.workers() == []


def test_tasks_that_wait_without_a_worker_are_reported(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--no-worker") as site:
        assert "run 'extery worker'" in site.output
        assert site.workers() == []


def test_downloads_before_a_stop_are_counted(tmp_path: Path) -> None:
    (tmp_path / "gear.zip").write_bytes(package())
    with serving(tmp_path / "data") as site:
        path = run_script(site, _PUBLISH.replace("PATH", repr(str(tmp_path / "gear.zip"))))
        for _ in range(3):
            _, body = ask(site, "GET", path.split()[-1])
            assert body == package()
        site.process.terminate()
        assert site.process.wait(HANG) == 0
    with (
        serving(tmp_path / "data"),
        closing(sqlite3.connect(tmp_path / "data" / SQLITE_FILE)) as database,
    ):
        count = "SELECT download_count FROM catalog_package"
        wait_until(lambda: database.execute(count).fetchall() == [(1,)])
