"""Which Blenders have a name of a resolved value."""

from __future__ import annotations

from typing import NamedTuple

from extery.blender_api.table import COLLECTION, Member
from extery.compatibility.resolver import Resolver


class Presence(NamedTuple):
    """A name: the Blenders (as bits) that have its owner, and those that have the name too.

    ``label`` is how people write it. ``removed`` is the Blender, older than all of the table, since which it is gone.
    ``owners`` are the types that may have it.
    """

    label: str
    owners: tuple[str, ...]
    universe: int
    present: int
    members: tuple[Member, ...] = ()
    removed: str = ""


def presence_of(resolver: Resolver, reference: str, name: str) -> Presence | None:
    """Return where an attribute of a reference exists; ``None`` if no Blender ever had it, or the add-on defines it."""
    sign, kind = reference[0], reference[:2]
    if kind == "M:":
        return _of_module(resolver, reference[2:], name)
    if kind == "O:":
        if resolver.is_own(reference, name):
            return None
        bases = [one for one in resolver.bases_of(reference) if one[0] == "="]
        found = [presence_of(resolver, one, name) for one in bases]
        known = [one for one in found if one is not None]
        return known[0] if len(known) == 1 else None
    if sign == "*":
        return _of_collection(resolver, reference, name)
    if sign == "=" or sign == "@":
        return _of_type(resolver, reference, name)
    return None


def _mask(members: tuple[Member, ...]) -> int:
    mask = 0
    for one in members:
        mask |= one.mask
    return mask


def _of_type(resolver: Resolver, reference: str, name: str) -> Presence | None:
    api = resolver.api
    type_ = reference[1:].partition("{")[0]
    if resolver.is_registered(type_, name):
        return None
    one = api.type(type_)
    if one is None:
        return None
    members = api.member(type_, name)
    below = api.subtypes_with(type_, name) if reference[0] == "=" else []
    if members:
        owner = _owner(resolver, type_, name)
        present = _mask(members)
        if one.mask & ~present:  # some Blenders may have moved it to the types below
            present |= _mask(tuple(m for subtype in below for m in api.member(subtype, name)))
        return Presence(f"{owner}.{name}", (owner, type_), one.mask, present, members)
    if below:
        members = resolver.members_of(reference, name)
        universe = 0
        for subtype in below:
            found = api.type(subtype)
            universe |= found.mask if found else 0
        if any(resolver.is_registered(subtype, name) for subtype in below):
            return None
        label = f"{_common_base(resolver, below)}.{name}"
        return Presence(label, tuple(below), universe, _mask(members), members)
    return _removed(resolver, type_, name, one.mask)


def _removed(resolver: Resolver, type_: str, name: str, mask: int) -> Presence | None:
    """Return what was removed before the oldest Blender of the table, from the type, its bases or a type below."""
    api, current = resolver.api, type_
    while current:
        removed = api.removed_before(f"{current}.{name}")
        if removed:
            return Presence(f"{current}.{name}", (current,), mask, 0, removed=removed)
        found = api.type(current)
        current = found.base if found else ""
    below = [
        one
        for one in api.removed_owners(name)
        if api.type(one) is not None and api.is_subtype(one, type_)
    ]
    if below:
        removed = api.removed_before(f"{below[0]}.{name}")
        label = f"{_common_base(resolver, below)}.{name}"
        return Presence(label, tuple(below), mask, 0, removed=removed)
    return None


def _common_base(resolver: Resolver, types: list[str]) -> str:
    """Return the nearest type that all of ``types`` are, to name them together."""
    current = types[0]
    while not all(resolver.api.is_subtype(one, current) for one in types):
        found = resolver.api.type(current)
        if found is None or not found.base:
            return types[0]
        current = found.base
    return current


def _owner(resolver: Resolver, type_: str, name: str) -> str:
    current = type_
    while current:
        found = resolver.api.type(current)
        if found is None or name in found.members:
            return current
        current = found.base
    return type_


def _of_collection(resolver: Resolver, reference: str, name: str) -> Presence | None:
    api = resolver.api
    item, _, collection = reference[1:].partition(":")
    members = api.member(collection, name) if collection else ()
    if not members and api.member(COLLECTION, name):
        return None
    one = api.type(collection) if collection else None
    if members and one is not None:
        return Presence(f"{collection}.{name}", (collection,), one.mask, _mask(members), members)
    if collection:
        removed = api.removed_before(f"{collection}.{name}")
        if removed and one is not None:
            return Presence(f"{collection}.{name}", (collection,), one.mask, 0, removed=removed)
    del item
    return None


def _of_module(resolver: Resolver, module: str, name: str) -> Presence | None:
    api, label = resolver.api, f"{module}.{name}"
    if module == "bpy.types":
        found = api.type(name)
        mask = found.mask if found else api.interface_mask(name)
        if mask:
            return Presence(label, (label,), api.every, mask)
        removed = api.removed_before(name)
        return Presence(label, (label,), api.every, 0, removed=removed) if removed else None
    if module.startswith("bpy.ops."):
        members = api.operators(module.removeprefix("bpy.ops.")).get(name, ())
    else:
        if module == "bpy.ops" or api.module(label) is not None:
            mask = api.module_mask(label)
            return Presence(label, (label,), api.every, mask) if mask else None
        members = (api.module(module) or {}).get(name, ())
    universe = api.module_mask(module) or api.every
    if members:
        return Presence(label, (label,), universe, _mask(members), members)
    removed = api.removed_before(label)
    return Presence(label, (label,), universe, 0, removed=removed) if removed else None
