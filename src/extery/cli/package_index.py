"""The package index that a user has configured: by an option, in the environment, or for pip."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extery.author.wheels.index import PackageIndex

#: Variables with the URL of an index, the first counts: those of extery, pip and uv.
VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
_MAX_CONFIG = 1_000_000

index_option = click.option(
    "--index",
    "index_url",
    metavar="URL",
    envvar="EXTERY_INDEX_URL",
    show_envvar=True,
    default="",
    help="The package index, by default the one that pip uses: PIP_INDEX_URL, index-url of its settings, or PyPI.",
)


@contextmanager
def open_index(url: str, *, offline: bool = False) -> Iterator[PackageIndex]:
    """Yield the index at ``url``, or the configured one; raises `Refused` if the network may not be used."""
    from extery.author.wheels.index import PackageIndex
    from extery.client.network import open_network
    from extery.fetch import Fetcher

    address = find_index(url)
    network = open_network(offline=offline)
    network.check(address)
    with Fetcher(proxy=network.settings.proxy) as fetcher:
        yield PackageIndex(fetcher, address)


def find_index(url: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the URL of the index: given, of the environment, of pip's settings, or that of PyPI."""
    from extery.author.wheels.index import DEFAULT_INDEX

    if url:
        return url
    for variable in VARIABLES:
        if environ.get(variable):
            return environ[variable]
    for path in pip_settings(environ):
        if found := _index_in(path):
            return found
    return DEFAULT_INDEX


def pip_settings(environ: Mapping[str, str], system: str = sys.platform) -> list[Path]:
    """Return the files of pip's settings, those that count first."""
    if (own := environ.get("PIP_CONFIG_FILE")) is not None:
        return [Path(own)] if own and own != os.devnull else []
    home = Path(environ.get("HOME") or Path.home())
    name = "pip.ini" if system == "win32" else "pip.conf"
    files = []
    if prefix := environ.get("VIRTUAL_ENV"):
        files.append(Path(prefix) / name)
    if system == "win32":
        files.append(Path(environ.get("APPDATA") or home) / "pip" / name)
        return [*files, Path(environ.get("PROGRAMDATA") or "C:/ProgramData") / "pip" / name]
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if system == "darwin":
        files.append(home / "Library" / "Application Support" / "pip" / name)
    return [*files, config / "pip" / name, home / ".pip" / name, Path("/etc") / name]


def _index_in(path: Path) -> str:
    """Return the index-url of pip's settings in a file; empty if there is none."""
    from configparser import ConfigParser
    from configparser import Error as ConfigError

    from extery.core.files import read_regular

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(read_regular(path, limit=_MAX_CONFIG).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, ConfigError):
        return ""
    for section in ("install", "download", "global"):
        for key in ("index-url", "index_url"):
            if value := parser.get(section, key, fallback=""):
                return value.strip()
    return ""
