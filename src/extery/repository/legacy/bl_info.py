"""``bl_info``, as add-ons had it before Blender 4.2: read from source, never run.

Only the statement that assigns it is parsed. Python makes up to 900 bytes of syntax tree from one byte of
source, so the tree of a whole module of a few megabytes would fill the memory.
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

NAME = "bl_info"
#: Keys that hold a version; in JSON a tuple is a list of numbers.
_VERSIONS = ("version", "blender")
#: The client of 2017 compares and shows these without looking whether they are there.
_REQUIRED = ("name", *_VERSIONS)
#: In characters; real ones have a few hundred.
MAX_STATEMENT = 64_000
#: Statements that could assign it, counted from the end of the module.
MAX_STATEMENTS = 100
#: Every reader of JSON keeps numbers up to here as they are.
MAX_NUMBER = 10**15
# Encodings that map bytes to letters; others of Python's (punycode, for one) take hours for a megabyte.
_ENCODING = re.compile(
    r"utf-8|utf-8-sig|ascii|iso8859-\d+|cp\d+|koi8-\w|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*|mac-\w+"
)
# As PEP 263 has it: in the first line, or in the second after a comment or nothing.
_COOKIE = re.compile(rb"[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\n]*)?\r?")
# What decides where a statement ends. Strings and comments that are not closed reach to their end.
_PIECE = re.compile(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}(?:\\.|[^\\])*?(?:'{3}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*+"?|'(?:\\.|[^'\\\n])*+'?|\#[^\n]*+|\\\n)"""
    r"""|(?P<open>[(\[{]+)|(?P<close>[)\]}]+)|(?P<end>\n+)|(?P<name>\bbl_info\b)""",
    re.DOTALL,
)


def read_bl_info(source: bytes, *, file: str) -> dict[str, Any] | None:
    """The ``bl_info`` of a module as values of JSON; ``None`` if it has none.

    Raises `InvalidInput` if it cannot be read without running the module, or lacks what clients need.
    """
    if NAME.encode() not in source:
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
            where = Where(file, (NAME,), line + node.lineno)
            return _checked(_value(node, where), where)
    return None


def _decoded(source: bytes) -> str:
    first, _, rest = source.removeprefix(codecs.BOM_UTF8)[:MAX_STATEMENT].partition(b"\n")
    found = _COOKIE.match(first) or (_COOKIE.match(rest) if _BLANK.fullmatch(first) else None)
    encoding = found[1].decode("ascii") if found else "utf-8"
    if source.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    if not _ENCODING.fullmatch(codecs.lookup(encoding).name):
        raise SyntaxError(f"its encoding is {encoding}")
    return source.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """The statements at the top of a module in which the name occurs: start and end of each.

    `SyntaxError` where brackets are not closed.
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
    """What a statement assigns to ``bl_info``, if it does; ``line`` lines are above it."""
    is_meant = statement.startswith(NAME)
    where = Where(file, (NAME,), line + 1)
    if len(statement) > MAX_STATEMENT:
        if not is_meant:
            return None
        raise _unreadable(f"bl_info in {file} has more than {MAX_STATEMENT:,} characters", where)
    try:
        with warnings.catch_warnings():
            # Old source has escapes that Python warns of today.
            warnings.simplefilter("ignore")
            module = ast.parse(statement, filename=file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if not is_meant:  # the head of a function, or of a Python from long ago
            return None
        raise _not_python(error, where._replace(line=line + (_line_of(error) or 1))) from error
    found = None
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == NAME for target in targets):
            found = node.value
    return found


def _value(node: ast.expr, where: Where) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _unreadable(
            f"bl_info in {where.file} is computed, and cannot be read without running it", where
        ) from error


def _line_of(error: Exception) -> int | None:
    line = getattr(error, "lineno", None)
    return line if isinstance(line, int) else None


def _unreadable(message: str, where: Where) -> InvalidInput:
    return InvalidInput.of(
        "generate.bl-info-unreadable",
        message,
        hint="write plain texts and numbers into bl_info",
        where=where,
    )


def _not_python(error: Exception, where: Where) -> InvalidInput:
    reason = getattr(error, "msg", None) or str(error) or "it is nested too deeply"
    return InvalidInput.of(
        "generate.bl-info-unreadable",
        f"{where.file} is not Python: {reason}",
        hint="only the file's author can repair it",
        where=where,
    )


def _checked(found: object, where: Where) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _wrong("bl_info must be a dictionary", "write bl_info = {...}", where)
    missing = [key for key in _REQUIRED if not found.get(key)]
    if missing:
        raise _wrong(
            f"bl_info has no {', '.join(missing)}",
            'it needs at least "name", "version" and "blender"',
            where,
        )
    if not isinstance(found["name"], str):
        raise _wrong("the name in bl_info must be text", 'write "name": "Gear Tool"', where)
    for key in _VERSIONS:
        value = found[key]
        if not isinstance(value, tuple | list) or not all(map(_is_number, value)):
            raise _wrong(
                f"{key} in bl_info must be numbers of at most 15 digits",
                f'write "{key}": (2, 80, 0)',
                where,
            )
    # Other keys are for people, and a client takes what is text.
    return {
        key: list(value) if key in _VERSIONS else value
        for key, value in found.items()
        if isinstance(key, str) and (key in _VERSIONS or isinstance(value, str))
    }


def _is_number(part: object) -> bool:
    return type(part) is int and abs(part) <= MAX_NUMBER


def _wrong(message: str, hint: str, where: Where) -> InvalidInput:
    return InvalidInput.of("generate.bl-info-wrong", message, hint=hint, where=where)
