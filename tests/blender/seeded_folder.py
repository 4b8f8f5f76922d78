"""A data folder with the content of the demo, for the sites that tests start: seeding draws its images.

It is made by a real ``extery serve --demo`` once for all processes of the tests and all runs with the
same sources, and copied for each site.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import extery
from extery.core.file_lock import FileLock
from tests.parts import ROOT

#: Seconds for seeding by another process.
LIMIT = 300.0

_SOURCES = (Path(extery.__file__).parent, ROOT / "src" / "extery_site", ROOT / "demo")


def add_seeded_folder(data: Path, seed: Callable[[Path], None]) -> None:
    """Copy the seeded data folder to ``data``; ``seed`` fills a new one."""
    user = os.getuid() if hasattr(os, "getuid") else os.environ["USERNAME"]
    shared = Path(tempfile.gettempdir(), f"extery-demo-{user}-{_digest()[:16]}")
    lock = FileLock(shared.with_suffix(".lock"))
    lock.acquire(timeout=LIMIT)
    try:
        if not shared.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=f"{shared.name}-"))
            seed(unfinished)
            unfinished.rename(shared)
    finally:
        lock.release()
    shutil.copytree(shared, data, dirs_exist_ok=True)
    data.chmod(0o700)


def _digest() -> str:
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
