"""Keys and tokens of well-known shapes in texts.

A shape is reported only if hardly anything else has it: a fixed beginning, characters and length, and a private key with
its data. Placeholders such as ``ghp_xxxx…`` are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

#: A text of fewer different characters, such as ``ghp_aaaa…``, was typed by hand.
_MIN_DIFFERENT = 4
_PLACEHOLDERS = (b"example", b"xxxx", b"your", b"placeholder", b"dummy")


class Shape(NamedTuple):
    """A kind of secret and its expression; ``first`` is the first character of all that it matches."""

    kind: str
    first: str
    expression: str


_BASE64 = r"[A-Za-z0-9+/=]"
# The line break may be written as \n in a string. Old keys have lines of headers before their data.
_BREAK = r"(?:\\r)?(?:\\n|\r?\n)[\"' ]*"
_HEADER = rf"{_BREAK}[A-Z][\w-]+: [^\n\\]{{1,200}}"
_KEY = (
    rf"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----(?:{_HEADER}){{0,5}}(?:{_BREAK}){{1,3}}"
    rf"(?:{_BASE64}{{40}}|(?:{_BASE64}|{_BREAK}){{12,4000}}?-----END)"
)
_SHAPES = (
    Shape("a private key", "-", _KEY),
    Shape("a private key", "P", r"PuTTY-User-Key-File-\d: [\w-]{1,40}\r?\nEncryption: "),
    Shape("an access key of AWS", "A", r"(?<![A-Za-z0-9+/])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9+/=])"),
    Shape("a token of GitHub", "g", r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    Shape("a token of GitHub", "g", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    Shape("a token of GitLab", "g", r"\bglpat-[\w-]{20}"),
    Shape("a key of OpenAI", "s", r"sk-(?<!\wsk-)(?:(?:proj|svcacct|admin)-[\w-]{40}|[A-Za-z0-9]{48}\b|[\w-]{20,100}T3BlbkFJ[\w-]{20})"),
    Shape("a key of Anthropic", "s", r"\bsk-ant-[a-z]{3,8}\d\d-[\w-]{80}"),
    Shape("a key of Google", "A", r"\bAIza[\w-]{35}(?![\w-])"),
    Shape("a token of Hugging Face", "h", r"\bhf_[A-Za-z]{34}\b"),
    Shape("a token of Slack", "x", r"\bxox[bp]-\d{10,13}-\d{10,13}-[\w-]{20}"),
    Shape("a key of Stripe", "s", r"\bsk_live_[A-Za-z0-9]{24}"),
    Shape("a token of PyPI", "p", r"\bpypi-AgEI[\w-]{50}"),
    Shape("a token of npm", "n", r"\bnpm_[A-Za-z0-9]{36}\b"),
)  # fmt: skip


#: What begins every secret, grouped by its first character: one search for it is several times as fast as the expressions, which
#: run only in the few texts that contain it.
_BEGINNINGS = {
    "-": rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY",
    "P": rb"PuTTY-User-Key-File",
    "A": rb"A(?:KIA|SIA|Iza)",
    "g": rb"g(?:h[pousr]_|ithub_pat_|lpat-)",
    "s": rb"sk[-_]",
    "h": rb"hf_",
    "x": rb"xox[bp]-",
    "p": rb"pypi-AgEI",
    "n": rb"npm_",
}


@cache
def _beginnings() -> list[tuple[str, re.Pattern[bytes]]]:
    return [(first, re.compile(beginning)) for first, beginning in _BEGINNINGS.items()]


@cache
def _shapes(first: str) -> list[tuple[str, re.Pattern[bytes]]]:
    """Return the kinds and expressions of the secrets that begin with this character."""
    return [(s.kind, re.compile(s.expression.encode())) for s in _SHAPES if s.first == first]


class Found(NamedTuple):
    """A secret: its kind and its line, counted from 1. The text itself is not kept."""

    kind: str
    line: int


def may_have_secrets(data: bytes) -> bool:
    """Return whether a text contains the beginning of a secret. It may consist of several texts."""
    return any(beginning.search(data) is not None for _, beginning in _beginnings())


def find_secrets(data: bytes) -> Iterator[Found]:
    """Yield the first secret of each shape."""
    for first, beginning in _beginnings():
        if beginning.search(data) is None:
            continue
        for kind, expression in _shapes(first):
            for match in expression.finditer(data):
                if _is_random(match[0]):
                    yield Found(kind, data.count(b"\n", 0, match.start()) + 1)
                    break


def _is_random(secret: bytes) -> bool:
    """Return whether a text looks like a real secret and not like a placeholder."""
    body = secret[-30:]
    is_typed = any(word in secret.lower() for word in _PLACEHOLDERS)
    return len(set(body)) >= _MIN_DIFFERENT and not is_typed
