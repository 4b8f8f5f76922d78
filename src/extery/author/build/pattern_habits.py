"""Patterns that would work in a .gitignore, in a shell or as a regular expression, and match nothing in a build."""

from __future__ import annotations

import re

#: Of a pattern with more alternatives only the first are written out.
_MAX_ALTERNATIVES = 8
_BRACES = re.compile(r"\{([^{}/]*,[^{}/]*)\}")
_LIST = re.compile(r"[;|]|,\s*(?=[*.!/\w])")
_REGEX = re.compile(r"\.\+|\$\Z|\A\^|\(\?")


def advice_on_pattern(pattern: str) -> tuple[str, str] | None:
    """Return the variant of ``build.pattern-without-effect`` and the corrected pattern, or ``None``.

    >>> advice_on_pattern("*.{png,jpg}")
    ('braces', "'*.png', '*.jpg'")
    """
    if pattern.startswith("#") and not pattern.endswith("#"):  # Emacs names files #a#
        return "comment", ""
    if pattern != pattern.strip():
        return "blanks", repr(pattern.strip())
    name = pattern.lstrip("!")
    steps = [step for step in name.split("/") if step]
    if not steps or set(steps) == {"**"}:
        return "no-name", ""
    if "." in steps or ".." in steps:
        return "relative", ""
    if "\\" in name.removeprefix("\\!"):
        return "backslash", ""
    if match := _BRACES.search(pattern):
        return "braces", _alternatives(pattern, match)
    if name.startswith("~/") or re.match(r"[A-Za-z]:/", name):
        return "absolute", ""
    if _REGEX.search(name):
        return "regex", ""
    if _LIST.search(name) and "*" in name:
        return "several", ", ".join(map(repr, _parts(pattern)))
    return None


def _alternatives(pattern: str, match: re.Match[str]) -> str:
    items = match[1].split(",")[:_MAX_ALTERNATIVES]
    start, end = pattern[: match.start()], pattern[match.end() :]
    return ", ".join(repr(f"{start}{item.strip()}{end}") for item in items)


def _parts(pattern: str) -> list[str]:
    parts = [part.strip() for part in _LIST.split(pattern)]
    return [part for part in parts if part][:_MAX_ALTERNATIVES]
