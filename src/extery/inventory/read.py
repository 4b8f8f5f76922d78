"""Make the inventory of an extension from its manifest and files."""

from __future__ import annotations

import hashlib
import math
import posixpath
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from extery.analysis.declare import MAX_CALLS, MAX_CLASSES, MAX_CONSTANTS
from extery.analysis.facts import ModuleFacts
from extery.analysis.pool import Limits, Source, analyze_all
from extery.core.errors import ExteryError
from extery.core.types import TYPES_BY_NAME
from extery.inventory.classes import class_entries, made_class_entries
from extery.inventory.content import content_entries, packed_files
from extery.inventory.effects import effect_entries
from extery.inventory.evaluate import Evaluator
from extery.inventory.hooks import hook_entries
from extery.inventory.kinds import BY_NAME
from extery.inventory.libraries import compiled_entries, module_entries, wheel_entries
from extery.inventory.model import Entry, Inventory, Permission, PermissionUse, Unread
from extery.inventory.registration import Registration
from extery.rules.permission_use import permission_uses
from extery.rules.sources import Sources, blenders_of, pythons_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from extery.rules.context import RuleContext

#: Entries of one kind; a package with more is hostile, or generated.
MAX_ENTRIES = 5_000
#: Kinds of which equal entries are counted.
_COUNTED = frozenset(
    {
        "network",
        "programs",
        "dynamic_code",
        "files_written",
        "files_read",
        "environment",
        "handlers",
        *("menu_additions", "keymaps"),
        *("properties", "timers", "subscriptions", "draw_handlers"),
    }
)


def read_inventory(context: RuleContext, *, limits: Limits = Limits()) -> Inventory:
    """Return the inventory of a package or a folder. What cannot be read is named in ``unread``.

    ``context`` may have no manifest's table: then all files are those of an add-on.
    """
    sources = _sources(context, limits)
    table = dict(context.table or {})
    unread = (*_unread(sources.modules), *_not_imported(sources), *_cut(sources.parts))
    is_incomplete = any(not one.lines for one in sources.parts)
    evaluator = Evaluator(sources.parts, _package_name(context))
    registration = Registration(evaluator, has_unread=is_incomplete)
    entries = [
        *class_entries(evaluator, registration),
        *made_class_entries(evaluator),
        *hook_entries(evaluator),
        # Also of modules that nothing seems to import: names of imports can be made at run time.
        *effect_entries(sources.modules, evaluator),
        *compiled_entries(context),
        *module_entries(sources, context),
        *wheel_entries(context),
        *content_entries(context),
    ]
    counted = list(_counted(entries))
    return Inventory(
        name=context.name,
        manifest={
            key: _plain(value)
            for key, value in table.items()
            if key not in ("permissions", "build")
        },
        files=tuple(packed_files(context)),
        permissions=tuple(_permissions(table, sources.parts, context.type)),
        entries=tuple(_limited(counted)),
        unread=(*unread, *_beyond_limit(counted)),
        python_files=len(sources.modules),
        package_size=context.size or None,
    )


def _plain(value: Any) -> Any:
    """Return a value of TOML as JSON has it: dates are texts, and so are the numbers that JSON lacks."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    is_finite = not isinstance(value, float) or math.isfinite(value)
    return value if isinstance(value, str | bool | int | float) and is_finite else str(value)


def _sources(context: RuleContext, limits: Limits) -> Sources:
    has_code = context.open_file is not None or context.package is not None
    names = [name for name in context.names if name.endswith(".py")] if has_code else []
    blenders = blenders_of(context.table or {})
    pythons = pythons_of(blenders)
    # One syntax is enough: that of the newest Python, or of this one. The others are for `extery check`.
    major, minor = pythons[-1].split(".")
    version = min((int(major), int(minor)), sys.version_info[:2])
    modules = analyze_all(
        [Source(name, context.info(name).size, _reader(context, name)) for name in names],
        [version],
        limits,
        declarations=True,
    )
    return Sources(modules, pythons, _package_name(context), blenders=blenders)


def _package_name(context: RuleContext) -> str:
    """Return the name by which modules import their own package: the id, or the folder of an add-on without a manifest."""
    name = (context.table or {}).get("id")
    if isinstance(name, str):
        return name
    return posixpath.basename(context.root.rstrip("/") or context.name.replace("\\", "/"))


def _reader(context: RuleContext, name: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        try:
            return context.read(name, limit=limit)
        except ExteryError as error:  # reported as unread
            raise OSError(str(error)) from error

    return read


def _unread(modules: Iterable[ModuleFacts]) -> Iterator[Unread]:
    for one in modules:
        if one.failure:
            yield Unread(one.path, one.failure)
        elif one.faults and not one.lines:  # else only an older Python cannot read it
            fault = one.faults[0]
            yield Unread(one.path, f"{fault.message}, line {fault.line}, Python {fault.python}")


def _not_imported(sources: Sources) -> Iterator[Unread]:
    """Yield the modules of which only what they reach is in the inventory: tests and tools that nothing imports."""
    parts = {one.path for one in sources.parts}
    for one in sources.modules:
        if one.path not in parts and not sources.is_vendored(one.path) and one.lines:
            yield Unread(one.path, "not-imported")


def _cut(modules: Iterable[ModuleFacts]) -> Iterator[Unread]:
    for one in modules:
        found = one.declarations
        limits = (
            (found.classes, MAX_CLASSES),
            (found.calls, MAX_CALLS),
            (found.constants, MAX_CONSTANTS),
        )
        if any(len(many) >= limit for many, limit in limits):
            yield Unread(one.path, "cut")


def _beyond_limit(entries: Iterable[Entry]) -> Iterator[Unread]:
    numbers = Counter(entry.kind for entry in entries)
    for name, number in numbers.items():
        if number > MAX_ENTRIES:
            yield Unread(BY_NAME[name].title, f"{number - MAX_ENTRIES} more are not listed")


def _permissions(
    table: Mapping[str, Any], modules: Iterable[ModuleFacts], type_: str
) -> Iterator[Permission]:
    """Yield the permissions that are declared or used, in the order of Blender's."""
    declared = table.get("permissions")
    reasons: dict[str, str] = {}
    if isinstance(declared, Mapping):
        reasons = {str(name): str(reason) for name, reason in declared.items()}
    elif isinstance(declared, list | tuple):  # of early schemas
        reasons = {str(name): "" for name in declared}
    uses = permission_uses(list(modules))
    known = TYPES_BY_NAME[type_].permissions if type_ in TYPES_BY_NAME else tuple(uses)
    for name in dict.fromkeys((*known, *uses, *reasons)):
        found = (PermissionUse(path, at.line, call) for path, at, call in uses.get(name, ()))
        places = tuple(dict.fromkeys(found))
        if places or name in reasons:
            yield Permission(name, reasons.get(name), places)


def _counted(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries, with equal ones of some kinds once."""
    counts: dict[object, int] = {}
    first: dict[object, Entry] = {}
    digests: dict[object, list[str]] = {}
    for number, entry in enumerate(entries):
        is_counted = entry.kind in _COUNTED
        key: object = (entry.kind, entry.name, *entry.fields.items()) if is_counted else number
        first.setdefault(key, entry)
        counts[key] = counts.get(key, 0) + 1
        digests.setdefault(key, []).append(entry.digest)
    for key, entry in first.items():
        if counts[key] > 1:
            digest = hashlib.sha256(repr(sorted(digests[key])).encode()).hexdigest()[:16]
            entry = replace(entry, count=counts[key], digest=digest if entry.digest else "")
        yield entry


def _limited(entries: Iterable[Entry]) -> Iterator[Entry]:
    numbers = dict.fromkeys(BY_NAME, 0)
    for entry in entries:
        numbers[entry.kind] += 1
        if numbers[entry.kind] <= MAX_ENTRIES:
            yield entry
