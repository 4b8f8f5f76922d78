"""Measures the checks of stored packages on a new site: an upload until it has passed, and files that are checked again.

The upload is received and checked by this process, with all steps of the site; the peer is the upload alone, which
runs the rules. Files are checked again with results that are current, as most of a catalogue is. With ``--clamd``
each package is scanned, too.

    python benchmarks/scanning.py [--uploads 20] [--again 1000] [--functions 300] [--clamd unix:/run/clamav/clamd.ctl]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: Limits: seconds of an upload, and files a second.
MAX_SECONDS, MIN_RATE = 3.0, 20.0
_MANIFEST = """schema_version = "1.0.0"
id = "tool_{number}"
version = "1.0.0"
name = "Tool {number}"
tagline = "Made by a benchmark"
maintainer = "Ada Tester"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""
_OPERATOR = """
class OBJECT_OT_{name}(bpy.types.Operator):
    bl_idname = "object.{name}"
    bl_label = "Turn {name}"

    def execute(self, context):
        for number in range({number}):
            context.object.location.x += number
        return {{"FINISHED"}}

"""


def main() -> None:
    """Measure and print; exit with 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=20)
    parser.add_argument("--again", type=int, default=1000, help="files that are checked again")
    parser.add_argument("--functions", type=int, default=300, help="operators of an add-on")
    parser.add_argument("--clamd", default="", help="address of a clamd")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
        os.environ |= {
            "EXTERY_DATA": folder,
            "EXTERY_CLAMD": arguments.clamd,
            "DJANGO_SETTINGS_MODULE": "extery_site.project.settings",
            "EXTERY_LOG_LEVEL": "error",
            **dict.fromkeys(
                (
                    "EXTERY_UPLOADS_PER_ACCOUNT",
                    "EXTERY_DRAFTS_PER_ACCOUNT",
                    "EXTERY_UPLOADS_AT_ONCE_PER_ACCOUNT",
                ),
                "unlimited",
            ),
        }
        sys.path[:0] = [str(ROOT / "src")]
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        exceeded = measure(arguments)
    sys.exit(1 if exceeded else 0)


def measure(arguments: argparse.Namespace) -> bool:
    """Measure uploads and repeated checks; return True beyond a limit."""
    from extery_site.accounts.models import User

    user = User.objects.create_user("ada", "ada@example.org")
    hashes, alone, whole = [], [], []
    for number in range(arguments.uploads + 1):
        seconds, sha256 = upload(user, make_package(number, arguments.functions))
        started = time.monotonic()
        state = check(sha256)
        assert state == "passed", state
        if number:  # the first one starts the process that is forked for each check
            hashes.append(sha256)
            alone.append(seconds)
            whole.append(seconds + time.monotonic() - started)
    slowest = max(whole)
    ratio = statistics.median(whole) / statistics.median(alone)
    print(
        f"An upload of {arguments.functions} operators: {statistics.median(whole):.2f} s until it has passed, "
        f"at most {slowest:.2f} s (limit {MAX_SECONDS:.0f}); {ratio:.2f} × the upload alone"
    )
    started = time.monotonic()
    for number in range(arguments.again):
        check(hashes[number % len(hashes)])
    rate = arguments.again / (time.monotonic() - started)
    print(f"Checked again, with current results: {rate:.0f} files/s (limit {MIN_RATE:.0f})")
    return slowest > MAX_SECONDS or rate < MIN_RATE


def make_package(number: int, operators: int) -> bytes:
    """Return an add-on with so many operators."""
    names = [f"turn_{number}_{index}" for index in range(operators)]
    code = "import bpy\n\n" + "".join(
        _OPERATOR.format(name=name, number=index) for index, name in enumerate(names)
    )
    classes = ", ".join(f"OBJECT_OT_{name}" for name in names)
    code += f"\nregister, unregister = bpy.utils.register_classes_factory(({classes},))\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("blender_manifest.toml", _MANIFEST.format(number=number))
        archive.writestr("__init__.py", code)
    return file.getvalue()


def upload(user: Any, data: bytes) -> tuple[float, str]:
    """Return how long an upload takes, and the hash of its package."""
    from extery_site.publish.upload import receive_upload

    started = time.monotonic()
    result = receive_upload(file=io.BytesIO(data), user=user, name="tool.zip")
    return time.monotonic() - started, result.package.sha256


def check(sha256: str) -> str:
    """Check a file now, as the worker does; return its state."""
    from extery_site.scanning.tasks import check_now

    [found] = check_now([sha256])
    return str(found.state)


if __name__ == "__main__":
    main()
