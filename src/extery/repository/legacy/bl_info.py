"""Read the ``bl_info`` of an add-on from before Blender 4.2 from its source, without running it.

Only the statement that assigns it is parsed: a syntax tree takes up to 900 bytes for one byte of source, so
the tree of a module of a few megabytes would fill the memory.
"""

from __future__ import annotations

import ast
import codecs
import re
import warnings
from collections import deque
from collections.abc import Iterator
from typing import Any

from extery.core.errors import InvalidInput, Where

BL_INFO = "bl_info"
#: Keys that hold a version; in JSON a tuple is a list of numbers.
_VERSIONS = ("version", "blender")
#: Keys that the client of 2017 reads without checking that they exist.
_REQUIRED = ("name", *_VERSIONS)
#: Length in characters; real ones have a few hundred.
MAX_STATEMENT = 64_000
#: Statements that could assign it, counted from the end of the module.
MAX_STATEMENTS = 100
#: Every JSON reader represents integers up to this exactly.
MAX_NUMBER = 10**15
# Encodings that map bytes to letters; others, such as punycode, take hours for a megabyte.
_ENCODING = re.compile(
    r"utf-8|utf-8-sig|ascii|iso8859-\d+|cp\d+|koi8-\w|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*|mac-\w+"
)
# PEP 263: in the first line, or in the second after a comment or blank line.
_COOKIE = re.compile(rb"[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\n]*)?\r?")
# Tokens that decide where a statement ends. Unclosed strings extend to the end of the text.
_PIECE = re.compile(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?|\#[^\n]*+|\\\n)"""
    r"""|(?P<open>[(\[{]+)|(?P<close>[)\]}]+)|(?P<end>\n+)|(?P<name>\bbl_info\b)""",
    re.DOTALL,
)


def read_bl_info(source: bytes, *, file: str) -> dict[str, Any] | None:
    """Return the ``bl_info`` of a module as JSON values; ``None`` if it has none.

    Raises `InvalidInput` if it cannot be read without running the module, or lacks what clients need.
    """
    if BL_INFO.encode() not in source:
        return None
    try:
        text = _decoded(source)
        statements = deque(_statements(text), maxlen=MAX_STATEMENTS)
    except (SyntaxError, ValueError, LookupError) as error:
        raise _not_python(error, Where(file)) from error
    for start, end in reversed(statements):
        line = text.count("\n", 0, start)
        node = _assigned(text[start:end], line, file)
        if node is not None:
            where = Where(file, (BL_INFO,), line + node.lineno)
            return _check(_value(node, where), where)
    return None


def _decoded(source: bytes) -> str:
    first, _, others = source.removeprefix(codecs.BOM_UTF8)[:MAX_STATEMENT].partition(b"\n")
    cookie = _COOKIE.match(first) or (_COOKIE.match(others) if _BLANK.fullmatch(first) else None)
    encoding = cookie[1].decode("ascii") if cookie else "utf-8"
    if source.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    if not _ENCODING.fullmatch(codecs.lookup(encoding).name):
        raise SyntaxError(f"its encoding is {encoding}")
    return source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the top-level statements that contain the name.

    Raises `SyntaxError` for unclosed brackets.
    """
    depth, start = 0, -1
    for piece in _PIECE.finditer(text):
        if piece["open"]:
            depth += len(piece["open"])
        elif piece["close"]:
            depth = max(0, depth - len(piece["close"]))
        elif piece["name"] and depth == 0 and start < 0:
            line = text.rfind("\n", 0, piece.start()) + 1
            start = -1 if text[line : line + 1] in (" ", "\t") else line
        elif piece["end"] and depth == 0 and start >= 0:
            yield start, piece.start()
            start = -1
    if start >= 0:
        yield start, len(text)
    if depth:
        raise SyntaxError("a bracket was never closed")


def _assigned(statement: str, line: int, file: str) -> ast.expr | None:
    """Return the value that a statement assigns to ``bl_info``, if any; ``line`` is the number of lines above."""
    is_assignment = statement.startswith(BL_INFO)
    where = Where(file, (BL_INFO,), line + 1)
    if len(statement) > MAX_STATEMENT:
        if not is_assignment:
            return None
        raise _unreadable(where, variant="too-long", limit=MAX_STATEMENT)
    try:
        with warnings.catch_warnings():
            # Old source has escapes that newer Pythons warn about.
            warnings.simplefilter("ignore")
            module = ast.parse(statement, filename=file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if not is_assignment:  # the head of a function, or Python 2
            return None
        raise _not_python(error, where._replace(line=line + (_line_of(error) or 1))) from error
    value = None
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == BL_INFO for target in targets):
            value = node.value
    return value


def _value(node: ast.expr, where: Where) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _unreadable(where, variant="computed") from error


def _line_of(error: Exception) -> int | None:
    line = getattr(error, "lineno", None)
    return line if isinstance(line, int) else None


def _unreadable(where: Where, *, variant: str, limit: int = 0, reason: str = "") -> InvalidInput:
    return InvalidInput.of(
        "generate.bl-info-unreadable",
        where=where,
        variant=variant,
        file=where.file,
        limit=limit,
        reason=reason,
    )


def _not_python(error: Exception, where: Where) -> InvalidInput:
    reason = getattr(error, "msg", None) or str(error)
    return _unreadable(where, variant="not-python" if reason else "too-deep", reason=reason)


def _check(bl_info: object, where: Where) -> dict[str, Any]:
    if not isinstance(bl_info, dict):
        raise _wrong(where)
    missing = [key for key in _REQUIRED if not bl_info.get(key)]
    if missing:
        raise _wrong(where, variant="missing", keys=", ".join(missing))
    if not isinstance(bl_info["name"], str):
        raise _wrong(where, variant="name")
    for key in _VERSIONS:
        value = bl_info[key]
        if not isinstance(value, tuple | list) or not all(map(_is_number, value)):
            raise _wrong(where, variant="numbers", keys=key)
    # Clients show other keys only if they are text.
    return {
        key: list(value) if key in _VERSIONS else value
        for key, value in bl_info.items()
        if isinstance(key, str) and (key in _VERSIONS or isinstance(value, str))
    }


def _is_number(part: object) -> bool:
    return type(part) is int and abs(part) <= MAX_NUMBER


def _wrong(where: Where, *, variant: str = "", keys: str = "") -> InvalidInput:
    return InvalidInput.of("generate.bl-info-wrong", where=where, variant=variant, keys=keys)
