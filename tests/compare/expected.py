"""Expected differences between the commits that are compared, each with its reason.

Clear the table when the commit before moves on: an entry that matches no difference fails the comparison.
"""

from __future__ import annotations

from typing import NamedTuple


class Expected(NamedTuple):
    """Differences that are intended."""

    pattern: str
    """Name of the output with ``*`` and ``?`` as in `fnmatch`, for example ``generate/*/index.html``.

    A changed code is named ``code/OLD -> NEW`` where OLD maps to several new codes.
    """
    reason: str
    """Why the outputs differ, with the text of the issue that says so."""


EXPECTED: tuple[Expected, ...] = ()
