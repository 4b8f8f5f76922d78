"""Maintainers in a manifest: ``Ada Smith <ada@example.org>``."""

from __future__ import annotations

import re

# Matches begin where white space begins and end before the next "<": the time is linear in the length.
_ADDRESS = re.compile(r"(?<!\s)\s*+<[^<>]*>")


def display_name(maintainer: str) -> str:
    """Return the names without e-mail addresses, which public pages do not show.

    A text that is only an address is returned unchanged.
    """
    return _ADDRESS.sub("", maintainer).strip() or maintainer
