"""Hostile files, made when a test needs them: no file of the repository may look like a virus to a scanner."""

from __future__ import annotations

import io
import zipfile

from extery_site.scanning.clamd_probes import eicar
from tests.author.wheels.fake_index import built_wheel
from tests.site.packages import package, zip_of

__all__ = [
    "WHEEL",
    "eicar",
    "eicar_in_extension",
    "eicar_in_wheel",
    "eicar_in_wheel_in_extension",
    "eicar_in_zip",
    "nested",
    "packed_with",
]

WHEEL = "wheels/gears-1.0-py3-none-any.whl"


def eicar_in_zip() -> bytes:
    """Return a zip whose only member is `eicar`."""
    return zip_of({"eicar.com": eicar()})


def eicar_in_extension() -> bytes:
    """Return a valid extension with `eicar` beside its code."""
    return package(files={"data/eicar.com": eicar()})


def eicar_in_wheel() -> bytes:
    """Return a valid wheel with `eicar` beside its code."""
    with zipfile.ZipFile(io.BytesIO(built_wheel("gears", "1.0", "py3-none-any"))) as wheel:
        members = {name: wheel.read(name) for name in wheel.namelist()}
    members["gears-1.0.dist-info/RECORD"] += b"gears/eicar.com,,\n"
    return zip_of({**members, "gears/eicar.com": eicar()})


def eicar_in_wheel_in_extension() -> bytes:
    """Return a valid extension whose bundled wheel is `eicar_in_wheel`."""
    return package(files={WHEEL: eicar_in_wheel()}, wheels=[f"./{WHEEL}"])


def nested(content: bytes, depth: int, name: str = "inner.bin") -> bytes:
    """Return the content in so many zips, one in the other."""
    for _ in range(depth):
        content, name = zip_of({name: content}), "inner.zip"
    return content


def packed_with(method: int, members: dict[str, bytes]) -> bytes:
    """Return a zip with a method such as `zipfile.ZIP_DEFLATED`; those of `zip_of` are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
