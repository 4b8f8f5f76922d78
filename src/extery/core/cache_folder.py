"""The folder for files that can be fetched or made again."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Return the folder for files that can be fetched or made again; ``EXTERY_CACHE`` replaces it.

    Raises `RuntimeError` if the user has no home folder.
    """
    if own := environ.get("EXTERY_CACHE"):
        return Path(own)
    home = Path(environ.get("HOME") or Path.home())
    if system == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "extery" / "cache"
    if system == "darwin":
        return home / "Library" / "Caches" / "extery"
    cache = environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else home / ".cache") / "extery"
