"""Builds wheels with a single module."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_wheel(folder: Path, *, name: str, version: str, tag: str, module: bytes) -> Path:
    """Write a wheel with the module ``name``. The same input gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-{tag}.whl"
    wheel.write_bytes(wheel_bytes(name=name, version=version, tag=tag, module=module))
    return wheel


def wheel_bytes(*, name: str, version: str, tag: str, module: bytes) -> bytes:
    """Return a wheel with the module ``name``."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": module,
        f"{info}/METADATA": _text(
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            "License: GPL-3.0-or-later",
        ),
        f"{info}/WHEEL": _text(
            "Wheel-Version: 1.0",
            "Generator: extery",
            "Root-Is-Purelib: false",
            f"Tag: {tag}",
        ),
    }
    record = f"{info}/RECORD"
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()]
    files[record] = _text(*lines, f"{record},,")
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for path, data in files.items():
            member = ZipInfo(path, _EARLIEST_ZIP_TIME)
            member.compress_type = ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def _text(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
