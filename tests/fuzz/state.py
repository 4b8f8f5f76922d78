"""``.extery/state.json``, from an untrusted folder: a damaged state is replaced."""

from __future__ import annotations

import random
import tempfile
import zlib
from pathlib import Path

from extery.repository.cache import FOLDER, NAME, State
from extery.repository.generate import generate
from extery.repository.generate_options import last_options
from tests.fuzz.mutate import mutated, mutated_json
from tests.samples.packages import XML, add_on, theme


def _state_of_a_run() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        generate(folder, html=True)
        return (folder / FOLDER / NAME).read_bytes()


def _fill(folder: Path) -> None:
    (folder / "gears.zip").write_bytes(add_on())
    (folder / "dusk.zip").write_bytes(theme(("dusk.xml", XML)))
    (folder / "bad.zip").write_bytes(b"nothing")


SEEDS = (_state_of_a_run(),)
TOKENS = (
    b'"format":', b'"blocks":', b'"crc":', b'"checked_at":', b'"inputs":', b'"outputs":', b'"count":', b'"problems":', b'"listings":', b'"options":', b"{", b"}", b"[", b"]", b",", b":", b'"', b"\n", b"null", b"true", b"-1", b"1e400", b"NaN",
    b'"../../x"', b'"/etc/passwd"', b'"index.json"', b'"\\u0000"', b'"\\ud800"', b"[[", b'{"a":', b"[0]",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    """Return a head line in JSON, and lines that match its sizes and checksum."""
    head, _, body = SEEDS[0].partition(b"\n")
    if source.random() < 0.5:
        return mutated_json(source, (head,), most=3) + b"\n" + body
    rows, _, rest = body.partition(b"\n")
    rows = mutated_json(source, (rows,), most=3)
    body = rows + b"\n" + rest
    if source.random() < 0.3:
        body = mutated(source, (body,), TOKENS, most=2)
    import json

    document = json.loads(head) | {
        "blocks": [len(body)],
        "crc": zlib.crc32(body),
        "checked_at": 2**62,
    }
    return json.dumps(document).encode() + b"\n" + body


def target(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FOLDER).mkdir()
        (folder / FOLDER / NAME).write_bytes(data)
        state = State.load(folder)
        state.packages()
        last_options(folder)
        _fill(folder)
        made = generate(folder, html=True)
        assert {path.name for path in folder.glob("*.zip")} == {"gears.zip", "dusk.zip", "bad.zip"}
        assert made.packages == 2
        assert [item["id"] for item in made.entries] == ["dusk", "gear_tool"]
