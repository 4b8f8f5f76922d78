"""The differences between two inventories: what a new version changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from extery.inventory.kinds import BY_NAME, KINDS, Kind
from extery.inventory.model import Entry, Inventory, PackedFile, Permission, Unread

#: Version of the JSON form; it changes when a member is removed or gets another meaning.
COMPARISON_VERSION = 1
#: Fields of a manifest that are compared as permissions and wheels.
_OTHER_FIELDS = frozenset({"permissions", "wheels", "build"})
#: Fields that say which of several entries with one name is meant.
_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "wheels": ("python", "platforms"),
    "keymaps": ("keymap", "key"),
    "menu_additions": ("function",),
    "handlers": ("function",),
    "environment": ("access",),
    "programs": ("call",),
    "network": ("url",),
}

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that differs; ``None`` is one that is missing, or computed."""

    name: str
    old: Any
    new: Any

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "old": _plain(self.old), "new": _plain(self.new)}


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that is in one inventory only, or whose ``fields`` differ."""

    change: Change
    old: Entry | None
    new: Entry | None
    fields: tuple[ValueChange, ...] = ()

    @property
    def entry(self) -> Entry:
        """The entry of the new version, or of the old one if it is gone."""
        entry = self.new or self.old
        assert entry is not None
        return entry

    def as_dict(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "name": self.entry.name or None,
            "old": self.old.as_dict() if self.old else None,
            "new": self.new.as_dict() if self.new else None,
            "fields": [one.as_dict() for one in self.fields],
        }


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """A permission that is gained, lost, or declared with another reason (``changed``)."""

    change: Change
    name: str
    old: Permission | None
    new: Permission | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "name": self.name,
            "old_reason": self.old.reason if self.old else None,
            "new_reason": self.new.reason if self.new else None,
        }


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is added, removed, changed, or ``renamed`` without another content."""

    change: Literal["added", "removed", "changed", "renamed"]
    old: PackedFile | None
    new: PackedFile | None

    @property
    def path(self) -> str:
        file = self.new or self.old
        assert file is not None
        return file.path

    def as_dict(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "path": self.path,
            "old_path": self.old.path if self.old else None,
            "old_size": self.old.size if self.old else None,
            "new_size": self.new.size if self.new else None,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences between two inventories, in the order of the kinds."""

    old: Inventory
    new: Inventory
    permissions: tuple[PermissionChange, ...]
    manifest: tuple[ValueChange, ...]
    entries: tuple[EntryChange, ...]
    files: tuple[FileChange, ...]

    @property
    def newly_unread(self) -> tuple[Unread, ...]:
        """What cannot be read in the new version, and could be before or was not there."""
        return tuple(one for one in self.new.unread if one not in self.old.unread)

    @property
    def changed_native_files(self) -> tuple[str, ...]:
        """Compiled files with other contents."""
        native = {one.place.file for one in self.new.of_kind("native_code")}
        return tuple(
            one.path for one in self.files if one.change == "changed" and one.path in native
        )

    @property
    def is_empty(self) -> bool:
        return not (self.permissions or self.manifest or self.entries or self.files)

    def of_kind(self, kind: str) -> tuple[EntryChange, ...]:
        return tuple(one for one in self.entries if one.entry.kind == kind)

    def kinds(self) -> Iterator[tuple[Kind, tuple[EntryChange, ...]]]:
        """Yield the kinds with differences, critical ones first."""
        for kind in sorted(KINDS, key=lambda one: not one.is_critical):
            if changes := self.of_kind(kind.name):
                yield kind, changes

    @property
    def to_review(self) -> tuple[PermissionChange | EntryChange, ...]:
        """What could matter most: new or changed permissions, hosts, programs, wheels, native and dynamic code."""
        permissions = [one for one in self.permissions if one.change != "removed"]
        entries = [
            one
            for one in self.entries
            if one.change != "removed" and BY_NAME[one.entry.kind].is_critical and _is_new(one)
        ]
        return (*permissions, *entries)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described in docs/reference/inventory.md."""
        return {
            "comparison_version": COMPARISON_VERSION,
            "old": _summary(self.old),
            "new": _summary(self.new),
            "same_id": self.old.id == self.new.id,
            "identical": self.is_empty,
            "permissions": [one.as_dict() for one in self.permissions],
            "manifest": [one.as_dict() for one in self.manifest],
            **{kind.name: [one.as_dict() for one in self.of_kind(kind.name)] for kind in KINDS},
            "files": [one.as_dict() for one in self.files],
            "changed_native_files": list(self.changed_native_files),
            "newly_unread": [one.as_dict() for one in self.newly_unread],
        }


def compare(old: Inventory, new: Inventory) -> Comparison:
    """Return the differences between two inventories. Lines and the order of entries do not count."""
    entries = [
        change
        for kind in KINDS
        for change in _compare_entries(old.of_kind(kind.name), new.of_kind(kind.name), kind)
    ]
    return Comparison(
        old,
        new,
        tuple(_compare_permissions(old, new)),
        tuple(_compare_manifests(old.manifest, new.manifest)),
        tuple(entries),
        tuple(_compare_files(old.files, new.files)),
    )


def _is_new(change: EntryChange) -> bool:
    """Return whether a host is requested or opened: what is only mentioned matters less."""
    entry = change.entry
    return entry.kind != "hosts" or entry.fields.get("use") != "mentioned"


def _summary(inventory: Inventory) -> dict[str, Any]:
    return {
        "path": inventory.name,
        "id": inventory.id or None,
        "version": inventory.version or None,
        "size": inventory.size,
        "package_size": inventory.package_size,
        "unread": [one.as_dict() for one in inventory.unread],
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _compare_entries(
    old: Sequence[Entry], new: Sequence[Entry], kind: Kind
) -> Iterator[EntryChange]:
    """Yield the changes: entries are matched if all is equal, then by their identity, then by name."""
    left, right = list(old), list(new)
    keys = [
        lambda one: (
            *(one.name, one.registered, _counted(one, kind), one.digest),
            *one.fields.items(),
        ),
        lambda one: (one.name, *(one.fields.get(name) for name in _IDENTITY.get(kind.name, ()))),
        lambda one: one.name or one.place.file,
    ]
    pairs: list[tuple[Entry, Entry]] = []
    for number, key in enumerate(keys):
        matched, left, right = _match(left, right, key)
        if number:  # the first are equal
            pairs += matched
    changed = [EntryChange("changed", a, b, tuple(_field_changes(a, b, kind))) for a, b in pairs]
    yield from sorted(
        (one for one in changed if one.fields), key=lambda one: one.entry.name.casefold()
    )
    yield from (EntryChange("added", None, one) for one in right)
    yield from (EntryChange("removed", one, None) for one in left)


def _match(
    old: list[Entry], new: list[Entry], key: Any
) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    """Return pairs with the same key in their order, and what is left of both."""
    waiting: dict[object, list[Entry]] = {}
    for one in new:
        waiting.setdefault(key(one), []).append(one)
    pairs, left = [], []
    for one in old:
        found = waiting.get(key(one))
        if found:
            pairs.append((one, found.pop(0)))
        else:
            left.append(one)
    taken = {id(one) for _, one in pairs}
    return pairs, left, [one for one in new if id(one) not in taken]


def _counted(entry: Entry, kind: Kind) -> int:
    """Return the number of places where it matters."""
    return entry.count if kind.is_critical and kind.name != "hosts" else 0


def _field_changes(old: Entry, new: Entry, kind: Kind) -> Iterator[ValueChange]:
    for name in kind.fields:
        if old.fields.get(name) != new.fields.get(name):
            yield ValueChange(name, old.fields.get(name), new.fields.get(name))
    if old.registered != new.registered:
        yield ValueChange("registered", old.registered, new.registered)
    if _counted(old, kind) != _counted(new, kind):
        yield ValueChange("places", old.count, new.count)
    elif old.digest != new.digest:
        yield ValueChange("arguments", old.digest, new.digest)


def _compare_permissions(old: Inventory, new: Inventory) -> Iterator[PermissionChange]:
    before = {one.name: one for one in old.permissions if one.is_declared}
    after = {one.name: one for one in new.permissions if one.is_declared}
    added = [name for name in after if name not in before]
    changed = [
        name for name in after if name in before and after[name].reason != before[name].reason
    ]
    removed = [name for name in before if name not in after]
    names: tuple[tuple[Change, list[str]], ...] = (
        ("added", added),
        ("changed", changed),
        ("removed", removed),
    )
    for change, found in names:
        for name in found:
            yield PermissionChange(change, name, before.get(name), after.get(name))


def _compare_manifests(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ValueChange]:
    for name in dict.fromkeys((*new, *old)):
        if name not in _OTHER_FIELDS and old.get(name) != new.get(name):
            yield ValueChange(name, old.get(name), new.get(name))


def _compare_files(old: Iterable[PackedFile], new: Iterable[PackedFile]) -> Iterator[FileChange]:
    before = {file.path: file for file in old}
    after = {file.path: file for file in new}
    removed = [file for path, file in before.items() if path not in after]
    by_content: dict[tuple[str, int], list[PackedFile]] = {}
    for file in removed:
        if file.sha256 and file.size:
            by_content.setdefault((file.sha256, file.size), []).append(file)
    renamed: set[str] = set()
    for path in sorted({*before, *after}):
        left, right = before.get(path), after.get(path)
        if right is None:
            continue
        if left is not None:
            if (left.sha256, left.size) != (right.sha256, right.size):
                yield FileChange("changed", left, right)
        elif same := by_content.get((right.sha256, right.size)):
            renamed.add(same[0].path)
            yield FileChange("renamed", same.pop(0), right)
        else:
            yield FileChange("added", None, right)
    for file in removed:
        if file.path not in renamed:
            yield FileChange("removed", file, None)
