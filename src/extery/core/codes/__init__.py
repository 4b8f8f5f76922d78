"""The catalogue of problem codes: how bad each is, what it means, why it matters.

One table an area. Programs act on codes and people search for them, so a code is never
renamed or used for something else. The reference page of problems is printed from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Literal, NamedTuple


class Code(NamedTuple):
    """What the catalogue says of a code.

    ``stricter``: an error of ours where Blender's own tools say nothing. Whoever needs Blender's
    verdict, no more and no less, can have these as warnings.
    """

    severity: Literal["error", "warning"]
    title: str
    why: str
    stricter: bool = False


#: First part of a code -> the module of this folder that holds its table.
AREAS = {
    "manifest": "manifest",
    "package": "package",
    "theme": "package",
    "path": "package",
    "wheel": "package",
    "listing": "listing",
    "build": "author",
    "generate": "generate",
    "fetch": "fetch",
    "mirror": "host",
    "server": "host",
    "preview": "host",
    "usage": "usage",
    "upload": "site",
    "submit": "site",
    "image": "site",
    "permission": "site",
    "account": "site",
    "review": "site",
    "report": "site",
    "request": "site",
    "download": "site",
    "setting": "site",
}


def find(code: str) -> Code:
    """The entry of ``code``; `KeyError` if the catalogue has none.

    Only the table of its area is imported: a start-up does not read what it does not need.
    """
    table = import_module(f"{__name__}.{AREAS[code.partition('.')[0]]}")
    entry: Code = table.CODES[code]
    return entry


def severity_of(code: str) -> Literal["error", "warning"]:
    """How bad a problem with this code is."""
    return find(code).severity


def everything() -> dict[str, Code]:
    """The whole catalogue, sorted by code; for reference pages and tests."""
    merged: dict[str, Code] = {}
    for module in sorted(set(AREAS.values())):
        merged |= import_module(f"{__name__}.{module}").CODES
    return dict(sorted(merged.items()))
