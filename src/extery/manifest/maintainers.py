"""People as a manifest names them: ``Ada Smith <ada@example.org>``."""

from __future__ import annotations

import re

# Begins where white space begins and ends before the next "<", so that its time grows with the length.
_ADDRESS = re.compile(r"(?<!\s)\s*+<[^<>]*>")


def display_name(maintainer: str) -> str:
    """The name without an address, which is for Blender's preferences and not for whoever collects them.

    What is nothing but an address stays as it is.
    """
    return _ADDRESS.sub("", maintainer).strip() or maintainer
