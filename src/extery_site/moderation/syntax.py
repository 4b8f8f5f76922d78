"""Where keywords, strings and comments of a source text are, for the colours of the page of changes.

The lexers are those of Pygments. A text may be hostile: only languages whose lexers take time
proportional to the text are read, up to a size, and only until a deadline.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any

#: Characters of a text up to which it is read.
MAX_LENGTH = 300_000

#: Start and end in the line, and a key of `KINDS`.
Span = tuple[int, int, str]

#: What is coloured: the types of tokens of Pygments whose names start with one of these.
KINDS = {
    "keyword": ("Token.Keyword", "Token.Operator.Word", "Token.Name.Builtin.Pseudo"),
    "string": ("Token.Literal.String",),
    "comment": ("Token.Comment",),
}
_LEXERS = {
    ".py": ("pygments.lexers.python", "PythonLexer"),
    ".toml": ("pygments.lexers.configs", "TOMLLexer"),
    ".json": ("pygments.lexers.data", "JsonLexer"),
}


def has_syntax(name: str) -> bool:
    """Whether texts with this name have colours."""
    return PurePosixPath(name).suffix.lower() in _LEXERS


def syntax_spans(name: str, lines: Sequence[str], ends: float) -> list[list[Span]]:
    """Return the spans of each line; none for an unknown language, and from ``ends`` on.

    ``ends`` is a time of `time.monotonic`.
    """
    spans: list[list[Span]] = [[] for _ in lines]
    where = _LEXERS.get(PurePosixPath(name).suffix.lower())
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    if where is None or starts[-1] > MAX_LENGTH:
        return spans
    row = 0
    for start, kind, length in _tokens(where, "\n".join(lines)):
        if time.monotonic() > ends:
            break
        while starts[row + 1] <= start:
            row += 1
        _add(spans, starts, row, (start, start + length, kind))
    return spans


def _add(spans: list[list[Span]], starts: list[int], row: int, token: Span) -> None:
    """Add a token to each line that it is in, merged with the one before it if that is of its kind."""
    start, end, kind = token
    while row < len(spans) and starts[row] < end:
        low = max(start - starts[row], 0)
        high = min(end, starts[row + 1] - 1) - starts[row]
        found = spans[row]
        if found and found[-1][1] == low and found[-1][2] == kind:
            found[-1] = (found[-1][0], high, kind)
        elif low < high:
            found.append((low, high, kind))
        row += 1


def _tokens(where: tuple[str, str], text: str) -> Iterator[tuple[int, str, int]]:
    """Yield start, kind and length of each token that is coloured."""
    # A request that colours nothing need not import the lexers.
    from importlib import import_module

    lexer: Any = getattr(import_module(where[0]), where[1])()
    kinds: dict[Any, str] = {}
    for start, token, value in lexer.get_tokens_unprocessed(text):
        kind = kinds.get(token)
        if kind is None:
            kind = kinds[token] = _kind_of(str(token))
        if kind:
            yield start, kind, len(value)


def _kind_of(token: str) -> str:
    return next((kind for kind, names in KINDS.items() if token.startswith(names)), "")
