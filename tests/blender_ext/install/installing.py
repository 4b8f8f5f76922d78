"""Syncs and installs from a folder or a web server, and changes the stored listing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.blender_ext.tool import Result, run
from tests.fetch.web import Web


def serve(web: Web, remote: Path) -> None:
    for path in remote.iterdir():
        if path.is_file():
            web.put(f"/{path.name}", path.read_bytes())


def url_of(remote: Path | Web) -> str:
    return f"{remote.as_uri() if isinstance(remote, Path) else remote.url}/index.json"


def install(remote: Path | Web, local: Path, names: str, *arguments: str) -> Result:
    """Sync and install."""
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    assert run("sync", *repository).status == 0
    return run("install", names, *repository, "--temp-prefix-and-suffix", "./.~temp~", *arguments)


def cached(local: Path) -> list[str]:
    folder = local / ".blender_ext" / "cache"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def edit_listing(local: Path, **changes: Any) -> None:
    path = local / ".blender_ext" / "index.json"
    document = json.loads(path.read_bytes())
    for key, change in changes.items():
        document[key] = change(document[key])
    path.write_text(json.dumps(document))


def after_sync(remote: Path, local: Path, names: str, *arguments: str, **changes: Any) -> Result:
    """Sync, change the stored listing, and install."""
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    assert run("sync", *repository).status == 0
    edit_listing(local, **changes)
    return run("install", names, *repository, *arguments)
