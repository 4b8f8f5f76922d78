"""The licence texts of an extension by the names of their files, and what they are."""

from __future__ import annotations

import posixpath
import re

from extery.core.errors import InvalidPackage
from extery.core.license_texts import MAX_TEXT_BYTES, identify_texts
from extery.core.licenses import canonical_expression
from extery.rules.context import RuleContext

_NAMES = re.compile(
    r"(?:un)?licen[cs]e|copying|[a-z0-9.-]+[-_.]licen[cs]e|(?:licen[cs]e|copying)[-_.].*|.*\.licen[cs]e",
    re.IGNORECASE,
)
_TEXT_SUFFIXES = ("", ".txt", ".md", ".rst", ".lesser")
#: The folder of texts whose names are identifiers, as https://reuse.software defines it.
FOLDER = "LICENSES/"


def license_files(context: RuleContext) -> list[str]:
    """Return the files in all folders that are licence texts by their names."""
    return [name for name in context.names if is_license_file(name)]


def texts_in(file: str, context: RuleContext) -> set[str]:
    """Return the licences whose text is in a file, as `identify_texts` does."""
    if file.startswith(FOLDER):
        identifier = posixpath.splitext(file.removeprefix(FOLDER))[0]
        if canonical_expression(identifier) == identifier:
            return {re.sub(r"-(?:only|or-later)$", "", identifier)}
    try:
        data = context.read(file, limit=MAX_TEXT_BYTES)
    except InvalidPackage:  # other rules report it
        return set()
    return identify_texts(data.decode("utf-8", "replace"))


def is_license_file(name: str) -> bool:
    """Return whether a file is the text of a licence by its name."""
    stem, suffix = posixpath.splitext(name.rpartition("/")[2])
    if name.startswith(FOLDER):
        return True
    if suffix.lower() not in _TEXT_SUFFIXES:  # such as LICENSE.GPL, and not license.py
        return suffix[1:].isupper() and bool(_NAMES.fullmatch(stem))
    return bool(_NAMES.fullmatch(stem))
