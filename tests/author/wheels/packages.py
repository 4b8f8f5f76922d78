"""Packages with wheels, made for each test."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.author.wheels.fake_index import built_wheel
from tests.samples.packages import packed

PURE = "py3-none-any"
MANIFEST = """\
schema_version = "1.0.0"
id = "my_addon"
version = "1.2.3"
name = "My Gears"
tagline = "Cuts gears by voice"
maintainer = "Ada Smith"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""


def wheel_name(library: str, version: str = "1.0", tag: str = PURE) -> str:
    return f"{library.replace('-', '_')}-{version}-{tag}.whl"


def package_with(wheels: Mapping[str, bytes], *, root: str = "") -> io.BytesIO:
    """Return a package with wheels by their file names, all listed in its manifest."""
    listed = json.dumps([f"./wheels/{name}" for name in wheels])
    members = [(f"{root}wheels/{name}", data) for name, data in wheels.items()]
    manifest = f"{MANIFEST}wheels = {listed}\n".encode()
    return io.BytesIO(
        packed((f"{root}blender_manifest.toml", manifest), (f"{root}__init__.py", b""), *members)
    )


def gears(*versions: str) -> io.BytesIO:
    """Return a package with a pure wheel of ``gearlib`` in each version."""
    return package_with(
        {wheel_name("gearlib", v): built_wheel("gearlib", v, PURE) for v in versions}
    )


def wheel_with(
    metadata: str, *files: tuple[str, bytes], name: str = "gearlib", version: str = "1.0"
) -> bytes:
    """Return a wheel with lines in its metadata, and files beside its module."""
    info = f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    return packed(
        (f"{name}/__init__.py", b""),
        *files,
        (f"{info}/METADATA", f"{head}{metadata}\n".encode()),
        (f"{info}/WHEEL", b"Wheel-Version: 1.0\n"),
        (f"{info}/RECORD", b""),
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def advisory(id_: str = "PYSEC-2026-1", library: str = "gearlib", /, **more: Any) -> dict[str, Any]:
    """Return an entry of OSV; by default about all versions before 1.5."""
    affected = {
        "package": {"ecosystem": "PyPI", "name": library},
        "ranges": more.pop("ranges", [events(("introduced", "0"), ("fixed", "1.5"))]),
        "versions": more.pop("versions", []),
    }
    return {
        "id": id_,
        "modified": "2026-02-03T04:05:06Z",
        "summary": "Code of a gear file is run",
        "affected": [affected],
        **more,
    }


def events(*pairs: tuple[str, str]) -> dict[str, Any]:
    """Return a range of OSV."""
    return {"type": "ECOSYSTEM", "events": [{kind: at} for kind, at in pairs]}


def write_dump(path: Path, entries: Iterable[Mapping[str, Any]]) -> Path:
    """Write a zip with a file for each entry, as osv.dev publishes it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for entry in entries:
            file.writestr(f"{entry['id']}.json", json.dumps(entry))
    return path
