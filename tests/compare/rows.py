"""A row of the table of expected differences, and how rows are written."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tests.compare.edits import Edit

Change = Literal["changed", "missing", "added"]


class Expected(NamedTuple):
    """Differences that are intended."""

    pattern: str
    """Name of the output with ``*`` and ``?`` as in `fnmatch`, for example ``generate/*/index.html``.

    A problem that only one side reports is ``INPUT/verdict + error CODE`` or ``INPUT/verdict - warning CODE``.
    A changed code is named ``code/OLD -> NEW`` where OLD maps to several new codes.
    """
    reason: str
    """Why the outputs differ, with the text of the issue that requires it."""
    edit: Edit | None = None
    """Takes the expected part out of both sides; what is left must be equal. None: the whole output."""
    change: Change | None = None
    """Only differences of this kind."""


def rows(
    reason: str, *patterns: str, edit: Edit | None = None, change: Change | None = None
) -> tuple[Expected, ...]:
    """A row for each pattern, with the same reason."""
    return tuple(Expected(pattern, reason, edit, change) for pattern in patterns)
