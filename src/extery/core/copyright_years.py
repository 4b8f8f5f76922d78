"""Copyright notices in the form that Blender requires: ``YEAR NAME`` or ``YEAR-YEAR NAME``."""

from __future__ import annotations

import re

_YEARS = re.compile(
    r"(?P<first>(?:19|20)\d\d)(?:\s*(?:[-\u2010-\u2015,/&]|to|and)\s*(?P<last>(?:19|20)\d\d))?"
    r"(?:\s*[-\u2010-\u2015,]+\s*(?:present|now|today|current|heute)?(?=\s|,|$)|\s*\+)?"
)
_MARKS = re.compile(r"\u00a9|\(c\)|\bcopyright\b|\bcopr\.?(?=\s)", re.IGNORECASE)
#: Longer notices are texts, from which no line can be made.
_MAX_NOTICE = 200


def suggest_copyright(text: str) -> str:
    """Return the notice in the required form, or an empty string if it has no year or no name.

    >>> suggest_copyright("Copyright (c) 2019, 2024 Ada Smith"), suggest_copyright("2018- Ada")
    ('2019-2024 Ada Smith', '2018 Ada')
    """
    if len(text) > _MAX_NOTICE:
        return ""
    plain = _MARKS.sub(" ", text)
    match = _YEARS.search(plain)
    if match is None:
        return ""
    rest = f"{plain[: match.start()]} {plain[match.end() :]}"
    name = " ".join(rest.split()).strip(" ,;:-").removeprefix("by ").strip()
    if not any(char.isalpha() for char in name) or re.search(r"(?:19|20)\d\d", name):
        return ""
    last = match["last"]
    years = match["first"] if not last or last == match["first"] else f"{match['first']}-{last}"
    return f"{years} {name}"
