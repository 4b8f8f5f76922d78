"""``.extery-mirror/state.json`` from an untrusted folder: damaged parts are replaced by defaults."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

from extery.core.errors import Problem, Where
from extery.repository.mirror.state import MIRROR_FOLDER, MirrorState, OwnedFile
from extery.rules.blender_verdicts import Refusal
from tests.fuzz.mutate import mutated_json

_URL = "https://example.org/r/index.json"
_NAME = "gears-1.0.0-aaaaaaaaaaaa.zip"


def _seed() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        state = MirrorState(Path(name), source=_URL, source_digest="0" * 16)
        state.state_folder.mkdir()
        state.files = {_NAME: OwnedFile("a" * 64, 3, "https://example.org/r/gears.zip", 5)}
        state.listings = {_URL: {"sha256": "b" * 64, "etag": '"1"', "last_modified": "today"}}
        where = Where(f"{_NAME}/blender_manifest.toml", ("tags", 0), 3, 9)
        problem = Problem.of("fetch.size", where=where, url=_URL, size=3)
        state.refused = {_NAME: [problem]}
        state.flawed = {"b.zip": [problem, problem]}
        state.refusals = {_NAME: (Refusal(("4.2", "4.5"), (problem.code,), "m", 1),)}
        state.save()
        return (state.state_folder / "state.json").read_bytes()


SEEDS = (_seed(),)
TOKENS = (
    b'"format":', b'"source":', b'"source_digest":', b'"listings":', b'"files":', b'"sha256":', b'"size":', b'"url":', b'"verified_mtime":', b'"etag":', b"{", b"}", b"[", b"]", b",", b":", b'"', b"null", b"true", b"-1", b"1e400", b"NaN", b'"../x.zip"', b'"a\\u0000.zip"',
    b'"\\ud800.zip"', b'".zip"', b'"' + b"a" * 300 + b'.zip"', b'{"a":', b"[[", b'"refused":', b'"flawed":', b'"refusals":', b'"code":', b'"values":', b'"path":', b'"line":', b'"severity":',
)  # fmt: skip


def make(source: random.Random) -> bytes:
    return mutated_json(source, SEEDS, most=4)


def target(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _NAME).write_bytes(b"abc")
        (folder / MIRROR_FOLDER / "parts").mkdir(parents=True)
        (folder / MIRROR_FOLDER / "state.json").write_bytes(data)
        state = MirrorState.load(folder)
        assert all(Path(name).name == name for name in state.files)
        json.dumps([[str(own) for own in refusals] for refusals in state.refusals.values()])
        for problems in (*state.refused.values(), *state.flawed.values()):
            for problem in problems:
                json.dumps([problem.as_dict(), str(problem), problem.fingerprint], allow_nan=False)
        state._listing_path(_URL).write_bytes(b"{}")
        state.validators(_URL)
        state.cached_listing(_URL)
        state.has_package(_NAME, sha256="a" * 64, size=3)
        for name in state.files:
            (folder / name).unlink(missing_ok=True)
        state.remove_temporary_files(["a" * 64])
        state.drop_listings(except_for=[_URL])
        state.save()
        again = MirrorState.load(folder)
        assert (again.files, again.refused) == (state.files, state.refused)
        assert (again.flawed, again.refusals) == (state.flawed, state.refusals)
        json.dumps([state.source, again.source_digest])
