"""What a version changes in what an extension does, as lines for pages: what matters most comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from extery.core.files import format_size
from extery.inventory.compare import Comparison, EntryChange, PermissionChange, ValueChange, compare
from extery.inventory.kinds import BY_NAME
from extery.inventory.model import Inventory, Place
from extery_site.catalog.models import Version
from extery_site.scanning.description import unread_reason
from extery_site.scanning.inventories import inventory_of_version

#: Lines of a group that pages show.
MAX_LINES = 40
Sign = Literal["added", "removed", "changed"]
#: Kinds that say more about the code than about what it does, and are left out unless they matter to reviewers.
_INNER = frozenset({"property_groups", "lists", "files_read", "modules"})


@dataclass(frozen=True)
class ChangeLine:
    """A thing that a version adds, removes or changes; ``what`` is its kind, such as ``host``."""

    sign: Sign
    what: str
    title: str
    detail: str = ""
    place: Place | None = None


class ChangeGroup(NamedTuple):
    """Changes of one kind; ``number`` counts those too that are left out."""

    title: str
    lines: tuple[ChangeLine, ...]
    number: int

    @property
    def left_out(self) -> int:
        return self.number - len(self.lines)


@dataclass(frozen=True)
class VersionChanges:
    """The changes from one version to a later one."""

    to_review: ChangeGroup
    groups: tuple[ChangeGroup, ...]
    files: tuple[tuple[str, int], ...]
    """How many files are ``new``, ``changed``, ``removed`` and ``renamed``."""

    @property
    def is_empty(self) -> bool:
        return not (self.to_review.lines or self.groups or self.files)


def changes_between(before: Version, version: Version) -> VersionChanges | None:
    """Return the changes from ``before`` to ``version``; ``None`` until both have an inventory."""
    old, new = inventory_of_version(before), inventory_of_version(version)
    return changes_of(old, new) if old is not None and new is not None else None


def changes_of(old: Inventory, new: Inventory) -> VersionChanges:
    """Return the changes from one inventory to another."""
    comparison = compare(old, new)
    reviewed = set(map(id, comparison.to_review))
    groups = []
    for kind, changes in comparison.kinds():
        lines = [_entry_line(one) for one in changes if id(one) not in reviewed]
        if lines and kind.name not in _INNER:
            groups.append(_group(kind.title, lines))
    lost = [_permission_line(one) for one in comparison.permissions if one.change == "removed"]
    if lost:
        groups.insert(0, _group("Permissions", lost))
    numbers = {"added": 0, "changed": 0, "removed": 0, "renamed": 0}
    for file in comparison.files:
        numbers[file.change] += 1
    names = {"added": "new", "changed": "changed", "removed": "removed", "renamed": "renamed"}
    return VersionChanges(
        _group("To look at first", list(_review_lines(comparison))),
        tuple(groups),
        tuple((names[name], number) for name, number in numbers.items() if number),
    )


def _group(title: str, lines: list[ChangeLine]) -> ChangeGroup:
    return ChangeGroup(title, tuple(lines[:MAX_LINES]), len(lines))


def _review_lines(comparison: Comparison) -> Iterator[ChangeLine]:
    for one in comparison.to_review:
        yield _permission_line(one) if isinstance(one, PermissionChange) else _entry_line(one)
    for path in comparison.changed_native_files:
        yield ChangeLine("changed", "native code", path, "other contents")
    for unread in comparison.newly_unread:
        yield ChangeLine("added", "not analysed", unread.path, unread_reason(unread.reason))


def _permission_line(one: PermissionChange) -> ChangeLine:
    old = one.old.reason if one.old is not None else None
    new = one.new.reason if one.new is not None else None
    detail = f"“{old}” → “{new}”" if one.change == "changed" else f"“{new or old or ''}”"
    return ChangeLine(one.change, "permission", one.name, detail)


def _entry_line(one: EntryChange) -> ChangeLine:
    entry, kind = one.entry, BY_NAME[one.entry.kind]
    label = entry.fields.get("label")
    name = entry.name or "(known only at run time)"
    title = f"{label} ({name})" if isinstance(label, str) and label and label != name else name
    detail = ", ".join(map(_field_text, one.fields))
    if entry.kind == "keymaps":
        title = f"{entry.fields.get('key') or '?'}: {name}"
    return ChangeLine(one.change, kind.noun, title, detail, entry.place)


def _field_text(one: ValueChange) -> str:
    if isinstance(one.old, tuple) and isinstance(one.new, tuple):
        come = [f"+{item}" for item in one.new if item not in one.old]
        gone = [f"−{item}" for item in one.old if item not in one.new]
        return f"{one.name}: {', '.join([*come, *gone]) or 'in another order'}"
    if one.name in ("values", "arguments"):  # digests
        return f"other {one.name}"
    return f"{one.name}: {_value(one.name, one.old)} → {_value(one.name, one.new)}"


def _value(name: str, value: object) -> str:
    if name == "size" and isinstance(value, int):
        return format_size(value)
    return "none" if value in (None, "", ()) else str(value)
