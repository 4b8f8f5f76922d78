"""Real worker processes on the test database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.waiting import wait_until

ROOT = Path(__file__).parents[4]
_START = """
import json, os
import django
from django.conf import settings
settings.DATABASES["default"] = json.loads(os.environ["EXTERY_TEST_DATABASE"])
django.setup()
from extery_site.project.commands.worker import worker
from tests.site.project.tasks import sample_tasks
worker()
"""


@contextmanager
def worker_process(*options: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``extery worker``; its stdin is a pipe. Killed at the end, if it still runs."""
    before = _starts(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *options],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "extery_site.project.settings",
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
                "EXTERY_DATA": str(settings.EXTERY_DATA),
                "EXTERY_TEST_DATABASE": json.dumps(connection.settings_dict, default=str),
            },
        )
    try:
        wait_until(lambda: _starts(log) > before or process.poll() is not None, log=log)
        assert _starts(log) > before, log.read_text(encoding="utf-8")
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def _starts(log: Path) -> int:
    return log.read_text(encoding="utf-8").count(" started: ") if log.exists() else 0
