"""What the pages read of texts in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

from typing import Any, BinaryIO

from extery.core.errors import ProblemList
from extery.package.theme_xml import read_theme


def theme_colors(file: BinaryIO) -> dict[str, Any]:
    """Return the colours of the XML of a theme by path; empty for another file."""
    theme = read_theme(file.read(), ProblemList())
    return {"colors": dict(theme.colours) if theme is not None and theme.is_theme else {}}
