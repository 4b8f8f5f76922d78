"""The inventory as values, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from extery.inventory.kinds import KINDS, Kind

#: Version of the JSON form; it changes when a member is removed or gets another meaning.
INVENTORY_VERSION = 1

#: The value of a field. `None` is one that cannot be known without running the code.
FieldValue = str | int | float | bool | tuple[str, ...] | None
Registered = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the extension, and a line in it, from 1; 0 for the file itself."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class PermissionUse(Place):
    """A place that needs a permission, and what does: the name of a call, such as ``requests.get``."""

    call: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that an extension adds or uses; ``kind`` and ``fields`` are those of a row of `extery.inventory.kinds`.

    ``name`` is what Blender calls it, empty if that is computed. ``registered`` says of a class whether Blender gets to
    know it: ``no`` only if that is certain. ``count`` is the number of places, of which ``place`` is the first.
    """

    kind: str
    name: str
    place: Place
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    registered: Registered = "yes"
    count: int = 1
    #: Of the arguments of a call, to compare them.
    digest: str = ""

    @property
    def computed(self) -> tuple[str, ...]:
        """The fields whose values are not known."""
        own = ("name",) if not self.name else ()
        return own + tuple(name for name, value in self.fields.items() if value is None)

    def as_dict(self) -> dict[str, Any]:
        """Return the members for JSON; those of the fields of its kind come last."""
        fields = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.fields.items()
        }
        return {
            "name": self.name or None,
            "file": self.place.file,
            "line": self.place.line or None,
            "registered": self.registered,
            "count": self.count,
            "computed": list(self.computed),
            **fields,
        }


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file: its path beside the manifest, its size in bytes, the SHA-256 of its content (empty if it cannot be read), and its kind."""

    path: str
    size: int
    sha256: str
    kind: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "size": self.size,
            "sha256": self.sha256 or None,
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission: the reason that the manifest declares (``None`` if it does not), and the places that need it."""

    name: str
    reason: str | None
    uses: tuple[PermissionUse, ...]

    @property
    def is_declared(self) -> bool:
        return self.reason is not None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "declared": self.is_declared,
            "reason": self.reason,
            "uses": [
                {"file": one.file, "line": one.line or None, "call": one.call} for one in self.uses
            ],
        }


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be analysed, and why."""

    path: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.path, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything about an extension.

    ``name`` is the path that was inspected. ``manifest`` has the fields of the manifest as they are written, without ``permissions``; it is
    empty without one. ``package_size`` is the size of the zip in bytes, ``None`` for a folder. ``python_files`` is their number.
    """

    name: str
    manifest: Mapping[str, Any]
    files: tuple[PackedFile, ...] = ()
    permissions: tuple[Permission, ...] = ()
    entries: tuple[Entry, ...] = ()
    unread: tuple[Unread, ...] = ()
    python_files: int = 0
    package_size: int | None = None

    @property
    def id(self) -> str:
        value = self.manifest.get("id")
        return value if isinstance(value, str) else ""

    @property
    def version(self) -> str:
        value = self.manifest.get("version")
        return value if isinstance(value, str) else ""

    @property
    def size(self) -> int:
        """The sum of the sizes of all files, in bytes."""
        return sum(file.size for file in self.files)

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, in the order of the files."""
        return tuple(entry for entry in self.entries if entry.kind == kind)

    def kinds(self) -> Iterable[tuple[Kind, tuple[Entry, ...]]]:
        """Yield the kinds of which there are entries, with these."""
        by_kind: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_kind.setdefault(entry.kind, []).append(entry)
        for kind in KINDS:
            if kind.name in by_kind:
                yield kind, tuple(by_kind[kind.name])

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, described in docs/reference/inventory.md."""
        return {
            "inventory_version": INVENTORY_VERSION,
            "path": self.name,
            "manifest": dict(self.manifest),
            "package_size": self.package_size,
            "size": self.size,
            "python_files": self.python_files,
            "permissions": [one.as_dict() for one in self.permissions],
            **{kind.name: [one.as_dict() for one in self.of_kind(kind.name)] for kind in KINDS},
            "files": [one.as_dict() for one in self.files],
            "unread": [one.as_dict() for one in self.unread],
        }
