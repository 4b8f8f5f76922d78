"""Targets and packages for the tests of the client."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extery.client.package_state import PackageState
from extery.client.repositories import Repository, change_repositories
from extery.client.targets import Target
from extery.listing.entries import Entry

STUDIO = Repository("studio", "https://example.org/index.json", "Studio")
LOCAL = Repository("mine")


def make_target(folder: Path, *repositories: Repository) -> Target:
    """Return a target for Blender 4.2 with these repositories, by default one remote."""
    target = Target(folder / "extensions", (4, 2, 99))
    change_repositories(target, lambda _: repositories or (STUDIO,))
    return target


def make_package(
    folder: Path,
    identifier: str = "gear_tool",
    version: str = "1.0.0",
    files: Mapping[str, str] | None = None,
    **fields: str,
) -> Path:
    """Write an add-on as a package, and return its path."""
    values = {
        "schema_version": "1.0.0",
        "id": identifier,
        "version": version,
        "name": identifier.replace("_", " ").title(),
        "tagline": "Turns gears",
        "maintainer": "Ada Tester <ada@example.org>",
        "type": "add-on",
        "blender_version_min": "4.2.0",
        **fields,
    }
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    manifest = "\n".join([*lines, 'license = ["SPDX:GPL-3.0-or-later"]', ""])
    contents = {
        "blender_manifest.toml": manifest,
        "__init__.py": f"VERSION = {version!r}\n\n\ndef register():\n    pass\n\n\ndef unregister():\n    pass\n",
        **(files or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{identifier}-{version}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in contents.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return path


def make_entry(identifier: str = "gear_tool", version: str = "1.0.0", **fields: Any) -> Entry:
    """Return the entry of a listing, with other values in ``fields``."""
    return {
        "schema_version": "1.0.0",
        "id": identifier,
        "name": identifier.replace("_", " ").title(),
        "tagline": "Turns gears",
        "version": version,
        "type": "add-on",
        "maintainer": "Ada Tester <ada@example.org>",
        "license": ["SPDX:GPL-3.0-or-later"],
        "blender_version_min": "4.2.0",
        "archive_url": f"./{identifier}-{version}.zip",
        "archive_size": 1000,
        "archive_hash": "sha256:" + hashlib.sha256(f"{identifier} {version}".encode()).hexdigest(),
        **fields,
    }


def state_of(package: Path) -> PackageState:
    """Return what a listing states of a package."""
    data = package.read_bytes()
    version = package.stem.rpartition("-")[2]
    return PackageState(version, hashlib.sha256(data).hexdigest(), len(data), "https://example.org")


def tree(folder: Path) -> dict[str, str]:
    """Return the text of each file below ``folder``, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
