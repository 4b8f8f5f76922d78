"""The names of operators, panels, menus, headers and lists that Blender and the add-ons that it ships register.

The table is generated from real Blenders by ``python -m tests.blender.registered_names``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA_FILE = Path(__file__).with_name("registered_names.json")


#: The owner of operators that are written in C: Blender refuses a class with the name of one.
NATIVE = "C"


class RegisteredName(NamedTuple):
    """Who registers a name, and in which series, oldest first.

    The owner is one of Blender's add-ons, ``""`` for its other scripts, or `NATIVE`.
    """

    owner: str
    series: tuple[str, ...]


@cache
def registered_names(kind: str) -> dict[str, tuple[RegisteredName, ...]]:
    """Return the names of a kind: ``Operator``, ``Panel``, ``Menu``, ``Header`` or ``UIList``; empty for others."""
    found: dict[str, tuple[RegisteredName, ...]] = {}
    owners = json.loads(DATA_FILE.read_text("utf-8"))["names"].get(kind, {})
    for owner, groups in owners.items():
        for blenders, names in groups.items():
            for name in names.split():
                registered = RegisteredName(owner, tuple(blenders.split()))
                found[name] = (*found.get(name, ()), registered)
    return found
