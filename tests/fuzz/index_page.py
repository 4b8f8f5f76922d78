"""The page of a package index about a project, as JSON or HTML, and the verdicts on wheels that follow from it."""

from __future__ import annotations

import json
import random

from extery.author.wheels.index import PackageIndex
from extery.author.wheels.verification import WheelVerdict, verify_wheels
from extery.fetch import Fetcher
from tests.fuzz.mutate import mutated, mutated_json

_WHEEL = "gearlib-1.0-py3-none-any.whl"
_SHA = "0" * 64
_FILE = {
    "filename": _WHEEL,
    "url": f"../../files/{_WHEEL}",
    "hashes": {"sha256": _SHA},
    "size": 1234,
    "requires-python": ">=3.9",
    "yanked": False,
    "core-metadata": {"sha256": "1" * 64},
}
_JSON = json.dumps(
    {"meta": {"api-version": "1.1"}, "name": "gearlib", "files": [_FILE, {**_FILE, "yanked": "x"}]}
).encode()
_HTML = (
    f'<!DOCTYPE html><head><meta name="pypi:repository-version" content="1.0"><base href="/x/"></head>'
    f'<a href="{_WHEEL}#sha256={_SHA}" data-yanked="x" data-requires-python="&gt;=3.9">{_WHEEL}</a>'
).encode()
SEEDS = (_JSON, _HTML, b'{"files": []}')
TOKENS = (
    b"<a ", b"<a href=", b"<base href=", b"#sha256=", b"data-yanked", b"data-core-metadata=", b'"', b"'", b">", b"&gt;", b"&#", b'"files": ', b'"hashes": ', b'"url": ', b'"filename": ', b"[", b"]", b"{", b"}",
    b",", b"null", _WHEEL.encode(), b"../", b"http://[", b"file:///", b"<!--", b"pypi:repository-version",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    if source.random() < 0.6:
        return mutated_json(source, [SEEDS[0]])
    return mutated(source, SEEDS, TOKENS, most=4)


class _Index(PackageIndex):
    """Answers with a page that is given."""

    def __init__(self, fetcher: Fetcher, page: bytes) -> None:
        super().__init__(fetcher, "https://example.org/simple/")
        self.page = page

    def _get(self, url: str) -> tuple[bytes, str, bool]:
        return self.page, url, self.page.lstrip().startswith(b"{")


_FETCHER: list[Fetcher] = []


def target(data: bytes) -> None:
    if not _FETCHER:
        _FETCHER.append(Fetcher())
    wheels = [(_WHEEL, _SHA), (_WHEEL, "1" * 64), ("gearlib-2.0-py3-none-any.whl", "2" * 64)]
    answers = verify_wheels(wheels, _Index(_FETCHER[0], data))
    assert set(answers) == set(wheels)
    for (name, sha256), answer in answers.items():
        if not isinstance(answer, WheelVerdict):
            raise answer
        json.dumps(answer.as_dict(), ensure_ascii=False).encode()
        # Only a page that has the name and the hash can call a wheel identical.
        if answer.kind == "identical":
            assert name.encode() in data or b"\\" in data or b"%" in data or b"&" in data
            assert sha256.encode() in data.lower() or b"\\" in data or b"&" in data
