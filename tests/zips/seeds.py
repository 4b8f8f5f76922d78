"""Extensions packed by all kinds of tools, the seeds of mutations.

Authors could upload ``SEEDS``: a refusal needs a written reason in `UNUSUAL`.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO

from tests.parts import require_part
from tests.samples.packages import ADD_ON, MANIFEST, THEME, WHEEL, WITH_WHEEL, XML
from tests.zips.structure import Archive

# All files of a seed have this time: the same seed has the same bytes every time.
_TIME = (2025, 3, 14, 15, 9, 26)
_UNIX_TIME = 1741964966

FILES = {
    MANIFEST: ADD_ON,
    "__init__.py": b"from . import gears\n\n\ndef register():\n    gears.register()\n",
    "gears.py": b"def register():\n    print('gears')\n" * 8,
    "data/teeth.json": b'{"teeth": [8, 16, 32]}\n',
    "data/deep/empty.txt": b"",
    "README.TXT": b"Gears of any size.\r\n",
}
NAMES = {"Ünïcödé/größe.txt": b"8 mm\n", "歯車.txt": b"gears\n"}


class _Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def wheel() -> bytes:
    """Return a small wheel with a matching .dist-info folder."""
    info = "gears-1.0.dist-info"
    return zipped(
        {
            "gears/__init__.py": b"teeth = 12\n",
            f"{info}/METADATA": b"Metadata-Version: 2.1\nName: gears\nVersion: 1.0\n",
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"gears/__init__.py,,\n",
        }
    )


def zipped(
    files: dict[str, bytes],
    *,
    method: int = zipfile.ZIP_DEFLATED,
    folders: bool = False,
    zip64: bool = False,
    streamed: bool = False,
    comment: bytes = b"",
    mode: int = 0o644,
) -> bytes:
    """Return a zip made by Python."""
    file: IO[bytes] = _Unseekable() if streamed else io.BytesIO()  # type: ignore[assignment]
    seen: set[str] = set()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            for depth in range(1, name.count("/") + 1) if folders else ():
                folder = "/".join(name.split("/")[:depth]) + "/"
                if folder not in seen:
                    seen.add(folder)
                    info = zipfile.ZipInfo(folder, _TIME)
                    info.external_attr = (0o40755 << 16) | 0x10
                    archive.writestr(info, b"")
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type, info.external_attr = method, (0o100000 | mode) << 16
            with archive.open(info, "w", force_zip64=zip64) as member:
                member.write(data)
        archive.comment = comment
    return bytes(file.data) if isinstance(file, _Unseekable) else file.getvalue()  # type: ignore[attr-defined]


def _by_tool(command: list[str], files: dict[str, bytes]) -> bytes:
    """Return a zip made by a program; ``{}`` in the command is the path of the zip."""
    program = require_part(command[0])
    with tempfile.TemporaryDirectory() as place:
        folder, target = Path(place, "files"), Path(place, "made.zip")
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        for path in [*folder.rglob("*"), folder]:
            os.utime(path, (_UNIX_TIME, _UNIX_TIME))
        subprocess.run(
            [program, *(str(target) if word == "{}" else word for word in command[1:])],
            check=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
        return _without_times(target.read_bytes())


def _without_times(data: bytes) -> bytes:
    """Set fixed times in the extra fields, where tools store the times of access and creation."""
    archive = Archive.parse(data)
    for record in (*archive.entries, *archive.locals):
        fixed, at, extra = b"", 0, record.extra
        while at + 4 <= len(extra):
            kind, length = struct.unpack_from("<HH", extra, at)
            body = extra[at + 4 : at + 4 + length]
            if kind == 0x5455:
                body = body[:1] + struct.pack("<L", _UNIX_TIME) * (len(body) // 4)
            elif kind == 0x000A:
                body = body[:8] + struct.pack("<Q", 133_864_385_660_000_000) * (len(body) // 8 - 1)
            fixed += struct.pack("<HH", kind, length) + body
            at += 4 + length
        record.extra = fixed
    return archive.to_bytes()


def _by_git(files: dict[str, bytes]) -> bytes:
    """Return a zip by ``git archive``: the commit in the comment, and a folder around it, as from GitHub."""
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "TZ": "UTC"}
    when = f"{_UNIX_TIME} +0000"
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", when))}  # fmt: skip
    with tempfile.TemporaryDirectory() as place:

        def git(*words: str) -> bytes:
            return subprocess.run(
                ["git", *words], check=True, cwd=place, capture_output=True, env={**os.environ, **alone, **who}
            ).stdout  # fmt: skip

        git("init", "--quiet")
        for name, data in files.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        git("add", "--all")
        git("commit", "--quiet", "--message", "First")
        return git("archive", "--format=zip", "--prefix=gear_tool-1.2.3/", "HEAD")


def _below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


_PYTHON: dict[str, Callable[[], bytes]] = {
    "python": lambda: zipped(FILES),
    "python-folders": lambda: zipped(FILES, folders=True),
    "python-stored": lambda: zipped(FILES, method=zipfile.ZIP_STORED),
    "python-bzip2": lambda: zipped(FILES, method=zipfile.ZIP_BZIP2),
    "python-lzma": lambda: zipped(FILES, method=zipfile.ZIP_LZMA),
    "python-zip64": lambda: zipped(FILES, zip64=True),
    "python-streamed": lambda: zipped(FILES, streamed=True),
    "python-streamed-zip64": lambda: zipped(FILES, streamed=True, zip64=True),
    "python-subfolder": lambda: zipped(_below("gear_tool", FILES)),
    "python-subfolder-folders": lambda: zipped(_below("gear_tool", FILES), folders=True),
    "python-two-folders-down": lambda: zipped(_below("tools/gear_tool", FILES)),
    "python-comment": lambda: zipped(FILES, comment=b"made for a test"),
    "python-unicode": lambda: zipped(FILES | NAMES),
    "python-wheel": lambda: zipped({**FILES, MANIFEST: WITH_WHEEL, WHEEL: wheel()}),
    "python-theme": lambda: zipped({MANIFEST: THEME, "dusk.xml": XML}),
}
_TOOLS: dict[str, Callable[[], bytes]] = {
    "info-zip": lambda: _by_tool(["zip", "-q", "-r", "{}", "."], FILES),
    "info-zip-plain": lambda: _by_tool(["zip", "-q", "-X", "-D", "-r", "{}", "."], FILES),
    "info-zip-streamed": lambda: _by_tool(["zip", "-q", "-fd", "-r", "{}", "."], FILES),
    "info-zip-zip64": lambda: _by_tool(["zip", "-q", "-fz", "-r", "{}", "."], FILES),
    "info-zip-subfolder": lambda: _by_tool(["zip", "-q", "-r", "{}", "gears"], _below("gears", FILES)),
    "7zip": lambda: _by_tool(["7z", "a", "-tzip", "-bd", "{}", "."], FILES),
    "7zip-unicode": lambda: _by_tool(["7z", "a", "-tzip", "-bd", "{}", "."], FILES | NAMES),
    "bsdtar": lambda: _by_tool(["bsdtar", "--format", "zip", "-cf", "{}", *sorted({n.split("/")[0] for n in FILES})], FILES),
    "git-archive": lambda: _by_git(FILES),
}  # fmt: skip
SEEDS = {**_PYTHON, **_TOOLS}

#: Seeds that may be refused: few tools read their compression.
UNUSUAL = ("python-bzip2", "python-lzma")


@cache
def seeds() -> dict[str, bytes]:
    """Return the bytes of each seed."""
    return {name: make() for name, make in SEEDS.items()}
