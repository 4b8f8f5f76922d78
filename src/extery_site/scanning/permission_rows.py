"""Declared permissions beside those that the code uses, for pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from extery.inventory.model import Inventory, Place

#: Calls of a permission, and places of a call, that the pages show.
MAX_CALLS, MAX_PLACES = 6, 3


@dataclass(frozen=True)
class PermissionRow:
    """A permission: what the author declares, and what the code certainly uses, as calls with their places."""

    name: str
    reason: str | None
    uses: tuple[tuple[str, tuple[Place, ...], int], ...]
    """Each call with its first places, and how many more there are."""
    hosts: tuple[str, ...] = ()

    @property
    def is_declared(self) -> bool:
        return self.reason is not None

    @property
    def state(self) -> Literal["used", "no-use", "undeclared"]:
        if not self.is_declared:
            return "undeclared"
        return "used" if self.uses else "no-use"


def permission_rows(inventory: Inventory, declared: Mapping[str, str]) -> list[PermissionRow]:
    """Return the permissions that a version declares or its code uses; used ones that are not declared come first."""
    uses = {one.name: one.uses for one in inventory.permissions}
    hosts = tuple(
        entry.name for entry in inventory.of_kind("hosts") if entry.fields.get("use") == "requested"
    )
    rows = []
    for name in dict.fromkeys((*declared, *(one for one in uses if uses[one]))):
        by_call: dict[str, list[Place]] = {}
        for use in uses.get(name, ()):
            by_call.setdefault(use.call, []).append(Place(use.file, use.line))
        found = tuple(
            (call, tuple(places[:MAX_PLACES]), max(0, len(places) - MAX_PLACES))
            for call, places in list(by_call.items())[:MAX_CALLS]
        )
        named = hosts[:MAX_CALLS] if name == "network" else ()
        rows.append(PermissionRow(name, declared.get(name), found, named))
    return sorted(rows, key=lambda row: row.state != "undeclared")
