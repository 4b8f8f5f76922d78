"""Analyse one module: decode it, compile it for the Pythons that must read it, and extract its facts."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Collection, Sequence
from importlib.util import decode_source

from extery.analysis.extract import extract, extract_flow
from extery.analysis.facts import ModuleFacts, SyntaxFault
from extery.analysis.walk import TooManyFacts

Python = tuple[int, int]
MAX_MESSAGE = 200


def analyze(
    path: str,
    data: bytes,
    pythons: Sequence[Python],
    wanted: Collection[str] = (),
    *,
    declarations: bool = False,
) -> ModuleFacts:
    """Return the facts about a module that ``pythons`` must be able to read, whatever its bytes are.

    ``wanted`` are the names of attributes in its flow, ``declarations`` adds those. Without ``pythons``, imports and flow are the only facts.

    A syntax that only newer Pythons than this one know is reported as the failure ``python``, unless one of
    ``pythons`` is this one or older. Run it in a process with limits: see `extery.analysis.pool`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _analyze(path, data, pythons, wanted, declarations=declarations)
    except RecursionError:
        return ModuleFacts(path, "nesting")
    except MemoryError:
        return ModuleFacts(path, "memory")
    except TooManyFacts:
        return ModuleFacts(path, "size")


def _analyze(
    path: str,
    data: bytes,
    pythons: Sequence[Python],
    wanted: Collection[str],
    *,
    declarations: bool,
) -> ModuleFacts:
    own = sys.version_info[:2]
    known = sorted(python for python in pythons if python <= own)
    try:
        text = _decode(data)
        tree = ast.parse(text)
        if not pythons:
            return extract_flow(path, tree, text, wanted)
        if not declarations:  # an inventory judges nothing
            # Errors that are no part of the grammar, such as 'return' outside of a function.
            compile(tree, "module", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # ValueError: NUL
        if not known:
            return ModuleFacts(path, "python")
        return ModuleFacts(path, faults=(_fault(error, known[0]),))
    faults = []
    for python in known:
        if python < own:
            try:
                ast.parse(text, feature_version=python)
            except SyntaxError as error:
                faults.append(_fault(error, python))
                break
    facts = extract(path, tree, text, wanted, declarations=declarations)
    return facts._replace(faults=tuple(faults))


def _decode(data: bytes) -> str:
    """Return the text of a module; raises `SyntaxError` or `ValueError` if it has none."""
    try:
        return decode_source(data)
    except (SyntaxError, ValueError, MemoryError):
        raise
    except (
        Exception
    ) as error:  # a codec that is none of texts, such as zlib, raises errors of its own
        raise SyntaxError("invalid encoding declaration") from error


def _fault(error: Exception, python: Python) -> SyntaxFault:
    line = getattr(error, "lineno", None) or 1
    column = getattr(error, "offset", None) or 1
    message = getattr(error, "msg", None) or str(error)
    return SyntaxFault(str(message)[:MAX_MESSAGE], line, column, ".".join(map(str, python)))
