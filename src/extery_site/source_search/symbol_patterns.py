"""Symbols as moderators type them: ``subprocess.Popen``, ``subprocess.*``, ``*.example.org``."""

from __future__ import annotations

import re

from django.db.models import Q

from extery.core.errors import InvalidInput, Where
from extery_site.source_search.symbols import MAX_NAME_LENGTH

_PATTERN = re.compile(r"(\*?)([\w.-]{1,200})(\*?)")
#: The last character: names after it have another beginning.
_LAST = "\U0010ffff"


def check_symbol(text: str) -> str:
    """Return the symbol; raises `InvalidInput` for one that no name can match."""
    match = _PATTERN.fullmatch(text)
    if match is None or len(text) > MAX_NAME_LENGTH or not re.search(r"\w\w|\w\.\w", text + " "):
        raise InvalidInput.of("source-search.bad-symbol", where=Where(path=("query",)), symbol=text)
    return text


def module_of(text: str) -> str:
    """Return the module that a symbol belongs to: ``requests`` of ``requests.get``."""
    return text.strip("*.").partition(".")[0]


def _split(text: str) -> tuple[bool, str, bool]:
    """Return whether a ``*`` is before the name, the name, and whether one is after it."""
    return text.startswith("*"), text.strip("*"), text.endswith("*")


def names_like(text: str, lookup: str) -> Q:
    """Return the condition that the name at ``lookup`` matches a symbol, as `symbol_matches` decides.

    A ``*`` at the end is a range of the index; one at the beginning reads all names.
    """
    before, name, after = _split(text)
    if before and after:
        return Q(**{f"{lookup}__contains": name})
    if before:
        return Q(**{f"{lookup}__endswith": name})
    if after:
        return Q(**{f"{lookup}__gte": name, f"{lookup}__lt": name + _LAST})
    return Q(**{lookup: name})


def symbol_matches(text: str, name: str) -> bool:
    """Whether a name matches a symbol."""
    before, wanted, after = _split(text)
    if before and after:
        return wanted in name
    if before:
        return name.endswith(wanted)
    return name.startswith(wanted) if after else name == wanted
