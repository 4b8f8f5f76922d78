"""Permissions in the four cases that a page distinguishes: declared and found, found only, declared only, neither."""

from __future__ import annotations

from dataclasses import dataclass

from extery.core.types import TYPES_BY_NAME
from extery.inventory.model import Inventory
from extery_site.catalog.models import Version
from extery_site.scanning.permission_rows import PermissionRow, permission_rows


@dataclass(frozen=True)
class PermissionCases:
    """The permissions that a version declares or uses, and those that it certainly does neither with.

    Without ``is_analysed``, no one has looked: then ``rows`` have what is declared, and ``not_found`` is empty.
    """

    rows: tuple[PermissionRow, ...]
    not_found: tuple[str, ...]
    is_analysed: bool
    has_unread: bool
    """Whether some of its code could not be analysed, so that nothing found does not mean that there is nothing."""


def permission_cases(version: Version, inventory: Inventory | None) -> PermissionCases:
    """Return the cases of a version."""
    if inventory is None:
        declared = tuple(
            PermissionRow(name, reason, ()) for name, reason in version.permissions.items()
        )
        return PermissionCases(declared, (), is_analysed=False, has_unread=False)
    rows = tuple(permission_rows(inventory, version.permissions))
    named = {row.name for row in rows}
    possible = TYPES_BY_NAME[version.extension.type].permissions
    not_found = tuple(name for name in possible if name not in named)
    return PermissionCases(rows, not_found, is_analysed=True, has_unread=bool(inventory.unread))
