"""An inventory as a value of JSON that can be stored and read back, within a limit of its size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from extery.inventory.kinds import BY_NAME, KINDS, Kind
from extery.inventory.model import (
    INVENTORY_VERSION,
    Entry,
    FieldValue,
    Inventory,
    PackedFile,
    Permission,
    PermissionUse,
    Place,
    Unread,
)

#: Bytes of JSON; a usual add-on has 10 to 100 kB.
MAX_BYTES = 2_000_000
#: Entries of a kind, files, and files that were not analysed. The first is for kinds that matter most to reviewers.
_LIMITS = ((2_000, 1_000, 2_000), (500, 200, 1_000), (100, 50, 200), (20, 10, 20))


def dump_inventory(inventory: Inventory) -> dict[str, Any]:
    """Return `Inventory.as_dict` with the digests of entries, without what exceeds `MAX_BYTES`.

    What is left out is counted in ``unread``, so that a reader knows.
    """
    document: dict[str, Any] = {}
    for critical, others, files in _LIMITS:
        document = _dump(_cut(inventory, critical, others, files))
        if len(json.dumps(document)) <= MAX_BYTES:
            return document
    document["manifest"] = {}  # nothing else is as long
    return document


def _dump(inventory: Inventory) -> dict[str, Any]:
    document = inventory.as_dict()
    for kind in KINDS:
        for entry, value in zip(inventory.of_kind(kind.name), document[kind.name], strict=True):
            if entry.digest:
                value["digest"] = entry.digest
    return document


def _cut(inventory: Inventory, critical: int, others: int, files: int) -> Inventory:
    entries: list[Entry] = []
    cut: list[Unread] = []
    for kind, found in inventory.kinds():
        limit = critical if kind.is_critical else others
        entries += found[:limit]
        cut += _left_out(kind.title, found, limit)
    cut += _left_out("Files", inventory.files, files)
    cut += _left_out("Not analysed", inventory.unread, files)
    permissions = tuple(replace(one, uses=one.uses[:others]) for one in inventory.permissions)
    return replace(
        inventory,
        entries=tuple(entries),
        files=inventory.files[:files],
        permissions=permissions,
        unread=(*inventory.unread[:files], *cut),
    )


def _left_out(title: str, found: Sequence[object], limit: int) -> Iterator[Unread]:
    if len(found) > limit:
        yield Unread(title, f"{len(found) - limit} more are not listed")


def load_inventory(document: Mapping[str, Any]) -> Inventory | None:
    """Return the inventory of a value of `dump_inventory`; ``None`` for one of another version of the format."""
    if document.get("inventory_version") != INVENTORY_VERSION:
        return None
    return Inventory(
        name=document["path"],
        manifest=document["manifest"],
        files=tuple(_file(one) for one in document["files"]),
        permissions=tuple(_permission(one) for one in document["permissions"]),
        entries=tuple(_entry(kind, one) for kind in KINDS for one in document.get(kind.name, ())),
        unread=tuple(Unread(one["path"], one["reason"]) for one in document["unread"]),
        python_files=document["python_files"],
        package_size=document["package_size"],
    )


def _file(value: Mapping[str, Any]) -> PackedFile:
    return PackedFile(value["path"], value["size"], value["sha256"] or "", value["kind"])


def _permission(value: Mapping[str, Any]) -> Permission:
    uses = (PermissionUse(one["file"], one["line"] or 0, one["call"]) for one in value["uses"])
    return Permission(value["name"], value["reason"], tuple(uses))


def _entry(kind: Kind, value: Mapping[str, Any]) -> Entry:
    fields = {name: _field(value[name]) for name in kind.fields if name in value}
    return Entry(
        kind.name,
        value["name"] or "",
        Place(value["file"], value["line"] or 0),
        fields,
        value["registered"],
        value["count"],
        value.get("digest", ""),
    )


def _field(value: Any) -> FieldValue:
    found: FieldValue = tuple(value) if isinstance(value, list) else value
    return found


def merge_inventories(inventories: Iterable[Inventory]) -> Inventory | None:
    """Return one inventory with everything of several, as those of the packages of a version; ``None`` without any."""
    found = list(inventories)
    if len(found) < 2:
        return found[0] if found else None
    entries = {_key(entry): entry for one in found for entry in one.entries}
    order = list(BY_NAME)
    files = {(file.path, file.sha256): file for one in found for file in one.files}
    return replace(
        found[0],
        entries=tuple(sorted(entries.values(), key=lambda entry: order.index(entry.kind))),
        files=tuple(files.values()),
        permissions=tuple(_merged_permissions(found)),
        unread=tuple(dict.fromkeys(item for one in found for item in one.unread)),
    )


def _key(entry: Entry) -> object:
    return (entry.kind, entry.name, entry.place, *entry.fields.items())


def _merged_permissions(inventories: Sequence[Inventory]) -> Iterator[Permission]:
    found: dict[str, list[Permission]] = {}
    for one in inventories:
        for permission in one.permissions:
            found.setdefault(permission.name, []).append(permission)
    for name, same in found.items():
        reason = next((one.reason for one in same if one.is_declared), None)
        yield Permission(
            name, reason, tuple(dict.fromkeys(use for one in same for use in one.uses))
        )
