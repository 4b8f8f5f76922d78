"""Python can read the ``__init__.py`` of an add-on; Blender finds out when the add-on is enabled."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress

from extery.core.errors import ProblemList, Where
from extery.core.text import clean_message
from extery.core.types import ADD_ON
from extery.core.versions import BLENDER_SERIES, parse_blender_version, python_of_blender
from extery.rules.context import RuleContext
from extery.rules.file_kinds import LFS_START
from extery.rules.rule import FILES, Input, Rule, Scope

_FILE = "__init__.py"
#: A syntax tree takes up to 900 bytes for one byte of source; larger files are not read.
MAX_BYTES = 64_000


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != ADD_ON.name or context.open_file is None or _FILE not in context.names:
        return
    python = _oldest_python((context.table or {}).get("blender_version_min"))
    if python > sys.version_info[:2]:  # this Python does not know its syntax
        return
    source = context.read(_FILE, limit=MAX_BYTES + 1)
    if len(source) > MAX_BYTES or source.startswith(LFS_START):  # `lfs_pointers` reports it
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes, which newer Pythons warn about
            compile(source, _FILE, "exec", dont_inherit=True)
            if python < sys.version_info[:2]:
                import ast  # for an older syntax only, because it takes a millisecond

                ast.parse(source, feature_version=python)
    except SyntaxError as error:
        where = context.where(_FILE)
        if where == Where(_FILE) and error.lineno:
            where = where._replace(line=error.lineno, column=error.offset or 1)
        problems.add(
            "package.init-syntax",
            where=where,
            reason=clean_message(error.msg),
            line=error.lineno or 1,
            python=".".join(map(str, python)),
        )
    except (ValueError, RecursionError, MemoryError):  # NUL, or nested too deeply for this Python
        return


RULE = Rule(
    "package.init-syntax",
    check,
    scopes=FILES - {Scope.REPOSITORY},
    input=Input.FILES,
    codes=("package.init-syntax",),
    severity="warning",
)


def _oldest_python(blender: object) -> tuple[int, int]:
    """Return the Python of the oldest Blender of a range."""
    series = BLENDER_SERIES[0]
    if isinstance(blender, str):
        with suppress(ValueError):  # reported by the rules of the manifest
            series = parse_blender_version(blender)[:2]
    major, minor = python_of_blender(series).split(".")
    return int(major), int(minor)
