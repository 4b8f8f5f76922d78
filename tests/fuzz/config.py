"""``blender_repo.toml`` and a set, applied to a few packages."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

from extery.core.errors import InvalidInput, ProblemList
from extery.listing.delta import LISTING_FIELDS
from extery.listing.entries import dump_serialized, parse_listing
from extery.listing.serialized import SerializedEntry
from extery.repository.config.keys import CHANNEL, EXTENSION, TOP
from extery.repository.config.repository_config import read_repository_config
from extery.repository.index import plan_listings
from tests.fuzz.judge import check_problems
from tests.fuzz.listing import _ENTRY
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import beside

_HEAD = b'schema_version = "1.0.0"\n'
_FULL = (
    _HEAD
    + b"".join(f"{key.name} = {key.example}\n".encode() for key in TOP[1:-2])
    + b"[extensions.gears]\n"
    + b"".join(f"{key.name} = {key.example}\n".encode() for key in EXTENSION)
    + b"[channels.beta]\n"
    + b"".join(f"{key.name} = {key.example}\n".encode() for key in CHANNEL)
)
_SET = b'\0gears = "1.0.0"\ndusk = "*"\n'
SEEDS = (_HEAD, _FULL, _FULL + _SET, _HEAD + _SET, *beside("*/blender_repo.toml"))
TOKENS = (
    *(key.name.encode() for key in (*TOP, *EXTENSION, *CHANNEL)), b"[extensions.", b"[channels.", b"[[blocklist]]\n", b"]\n", b"id = ", b"reason = ", b'"gears"', b'"1.0.0"', b'"2.0.0-b.1"', b'"*"', b'""', b'"4.2"', b"[", b"]",
    b"{", b"}", b"=", b",", b".", b"\n", b"#", b'"', b"'", b"true", b"false", b"nan", b"inf", b"1979-05-27", b"07:32:00", b"0x7fffffffffffffffffffff", b"-1", b"1.5", b'"\\u0000"', b'"https://"', b'"https://a:99999/"', b'"http://[/"', b"\0",
    b"[[", b"a.", b"{a = ", '"²"'.encode(), '"4.²"'.encode(), '"٤.٢"'.encode(), b'["linux-x64"]', b'"../x"', b'"con"', b'"platforms"',
)  # fmt: skip

_ITEMS = [
    SerializedEntry.of(_ENTRY | about)
    for about in (
        {},
        {"version": "1.1.0-b.1", "archive_url": "./b.zip"},
        {"version": "2.0.0", "archive_url": "./c.zip", "platforms": ["freebsd-x64"]},
        {"id": "dusk", "type": "theme", "archive_url": "./dusk.zip"},
    )
]


def make(source: random.Random) -> bytes:
    """Return lines in another order with other values, and a few mutations of the text."""
    lines = [line for line in _FULL.split(b"\n") if source.random() < 0.8]
    values = [value for value in TOKENS if value[:1] in b"\"'[{0123456789-tfni" and len(value) > 1]
    for _ in range(source.randint(0, 3)):
        at = source.randrange(len(lines))
        key, equals, _ = lines[at].partition(b"=")
        lines[at] = key + equals + source.choice(values) if equals else lines[at]
    data = b"\n".join(lines) + (_SET if source.random() < 0.3 else b"")
    return mutated(source, (data,), TOKENS, most=2) if source.random() < 0.6 else data


def target(data: bytes) -> None:
    file, _, set_ = data.partition(b"\0")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "blender_repo.toml").write_bytes(file)
        if set_:
            (folder / "sets").mkdir()
            (folder / "sets" / "studio.toml").write_bytes(set_)
        problems = ProblemList()
        try:
            config = read_repository_config(folder, None, problems)
        except InvalidInput as error:
            check_problems(error.problems)
            return
        plans = plan_listings(_ITEMS, config, problems, folder=folder)
        check_problems(problems)
        for plan in plans:
            assert ".." not in plan.folder
            head = LISTING_FIELDS if config.changes else None
            text = dump_serialized((item.text for item in plan.items), config.blocklist, head=head)
            assert len(parse_listing(text).data) == len(plan.items)
            json.dumps([plan.address, plan.audience])
