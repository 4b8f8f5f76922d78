"""The table of problem codes: severity, meaning, and the templates of message and hint.

One module per area. Programs act on codes and people search for them, so a code is never renamed or used for
something else. `extery explain` and the reference page of problems are printed from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Code(NamedTuple):
    """One row of the table.

    ``stricter``: an error of ours where Blender's own tools report nothing; `--like-blender` makes it a warning.

    ``message`` and ``hint`` are templates for `str.format`, filled with the values of a problem. They are empty
    for codes whose callers write the text. ``variants`` holds other pairs of message and hint, chosen by the
    value ``variant``; an empty text stands for that of the code. ``example`` holds values that render the
    templates in the documentation.
    """

    severity: Literal["error", "warning"]
    title: str
    why: str
    stricter: bool = False
    message: str = ""
    hint: str = ""
    variants: Mapping[str, tuple[str, str]] = _NOTHING
    example: Mapping[str, str | int] = _NOTHING


class Explanation(NamedTuple):
    """What the documentation says about a code; ``message`` and ``hint`` are an example, or empty."""

    code: str
    severity: Literal["error", "warning"]
    stricter: bool
    title: str
    why: str
    message: str
    hint: str


#: First part of a code -> the module of this folder that holds its table.
AREAS = {
    "manifest": "manifest",
    "package": "package",
    "theme": "theme",
    "path": "path",
    "wheel": "wheel",
    "listing": "listing",
    "build": "build",
    "generate": "generate",
    "fetch": "fetch",
    "mirror": "repository",
    "server": "repository",
    "preview": "repository",
    "usage": "usage",
    "upload": "site_publish",
    "submit": "site_publish",
    "image": "site_catalog",
    "permission": "site_accounts",
    "account": "site_accounts",
    "review": "site_moderation",
    "report": "site_reports",
    "request": "site_project",
    "download": "site_listings",
    "setting": "site_project",
    "storage": "site_project",
}


def find(code: str) -> Code:
    """Return the row of ``code``; raises `KeyError` for an unknown code.

    Only the table of its area is imported, to keep start-up short.
    """
    table = import_module(f"{__name__}.{AREAS[code.partition('.')[0]]}")
    entry: Code = table.CODES[code]
    return entry


def render(entry: Code, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return message and hint of a problem; raises `KeyError` if a value or the template is missing."""
    message, hint = entry.message, entry.hint
    if "variant" in values:
        own_message, own_hint = entry.variants[values["variant"]]
        message, hint = own_message or message, own_hint or hint
    if not message:
        raise KeyError(f"no message template: {entry.title}")
    return message.format_map(values), hint.format_map(values)


def explain(code: str) -> Explanation:
    """Return the documentation of ``code``; raises `KeyError` for an unknown code."""
    entry = find(code)
    message, hint = render(entry, entry.example) if entry.message else ("", "")
    title = entry.title[:1].upper() + entry.title[1:]
    return Explanation(code, entry.severity, entry.stricter, title, entry.why, message, hint)


def similar(code: str) -> list[str]:
    """Return the known codes that resemble ``code``, best first."""
    from difflib import get_close_matches

    known = list(all_codes())
    close = get_close_matches(code, known, n=3, cutoff=0.75)
    inside = [name for name in known if len(code) > 3 and code in name]
    ending = [name for name in known if name.rpartition(".")[2] == code.rpartition(".")[2]]
    return list(dict.fromkeys([*close, *inside, *ending]))[:5]


def all_codes() -> dict[str, Code]:
    """Return the whole table, sorted by code."""
    merged: dict[str, Code] = {}
    for module in sorted(set(AREAS.values())):
        merged |= import_module(f"{__name__}.{module}").CODES
    return dict(sorted(merged.items()))
