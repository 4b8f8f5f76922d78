"""``.extery-mirror/state.json``, as it may come with a folder from elsewhere: what is damaged is made anew."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

from extery.repository.mirror.state import FOLDER, File, MirrorState
from tests.fuzz.mutate import mutated_json

_URL = "https://example.org/r/index.json"
_NAME = "gears-1.0.0-aaaaaaaaaaaa.zip"


def _seed() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        memory = MirrorState(Path(name), source=_URL, source_key="0" * 16)
        memory.place.mkdir()
        memory.files = {_NAME: File("a" * 64, 3, "https://example.org/r/gears.zip", 5)}
        memory.listings = {_URL: {"sha256": "b" * 64, "etag": '"1"', "last_modified": "today"}}
        memory.save()
        return (memory.place / "state.json").read_bytes()


SEEDS = (_seed(),)
TOKENS = (
    b'"form":', b'"source":', b'"source_key":', b'"listings":', b'"files":', b'"sha256":', b'"size":', b'"url":', b'"modified":', b'"etag":', b"{", b"}", b"[", b"]", b",", b":", b'"', b"null", b"true", b"-1", b"1e400", b"NaN", b'"../x.zip"', b'"a\\u0000.zip"',
    b'"\\ud800.zip"', b'".zip"', b'"' + b"a" * 300 + b'.zip"', b'{"a":', b"[[",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    return mutated_json(source, SEEDS, most=4)


def target(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _NAME).write_bytes(b"abc")
        (folder / FOLDER / "parts").mkdir(parents=True)
        (folder / FOLDER / "state.json").write_bytes(data)
        memory = MirrorState.load(folder)
        assert all(Path(name).name == name for name in memory.files)
        (memory.place / memory._listing(_URL).name).write_bytes(b"{}")
        memory.known(_URL)
        memory.kept(_URL)
        memory.is_right(_NAME, sha256="a" * 64, size=3)
        sorted(set(memory.files) - {_NAME})
        for name in memory.files:
            (folder / name).unlink(missing_ok=True)
        memory.sweep(["a" * 64])
        memory.forget_listings(but=[_URL])
        memory.save()
        again = MirrorState.load(folder)
        assert again.files == memory.files
        json.dumps([memory.source, again.source_key])
