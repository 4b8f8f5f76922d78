"""Classes that an extension registers: operators, panels, preferences and all others with a base in `bpy.types`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from extery.analysis.declarations import ClassDeclaration
from extery.inventory.evaluate import Evaluator
from extery.inventory.fields import field_of, joined, text_of
from extery.inventory.hierarchy import PLAIN_BASES
from extery.inventory.kinds import BY_NAME, KINDS, Kind
from extery.inventory.model import Entry, FieldValue, Place
from extery.inventory.registration import Registration
from extery.inventory.values import Value

_OPERATOR_CLASS = re.compile(r"^([A-Z][A-Z0-9_]*)_OT_(\w+)$")
#: A variable, or an item of a list: any class may be in it. What `type` makes has no name here anyway.
_VARIABLE = re.compile(r"^~\w+(\[\])?$")
_IMPORTS, _EXPORTS = ".ImportHelper", ".ExportHelper"
#: Modules whose names are those of types: Blender's own Python classes too.
_TYPE_MODULES = ("bpy.types.", "bpy_types.", "_bpy_types.")
#: Parts of names that Blender demands: what a class of Blender's scripts is, from which others derive.
_SCRIPT_MODULES = ("bl_ui.", "bl_operators.")
_BY_NAME_PART = {
    "_PT_": "panels",
    "_MT_": "menus",
    "_HT_": "headers",
    "_UL_": "lists",
    "_OT_": "operators",
    "_AST_": "asset_shelves",
}
_BY_BASE: Mapping[str, Kind] = {base: kind for kind in KINDS for base in kind.bases}
#: Kinds that Blender knows by the name of the class.
_NAMED_BY_CLASS = frozenset({"preferences", "property_groups"})
_TYPED = frozenset({"preferences", "property_groups"})


def class_entries(evaluator: Evaluator, registration: Registration) -> Iterator[Entry]:
    """Yield the entries of all classes, importers and exporters included."""
    late = _late_attributes(evaluator)
    for key, declared in evaluator.classes.items():
        bases = evaluator.bases(key)
        kind = _kind_of(bases) or _kind_by_name(evaluator, key, bases)
        if kind is None:
            continue
        entry = _Class(evaluator, key, declared, kind, late).entry(registration)
        if entry.registered == "unknown" and _is_incomplete(evaluator, key, kind, bases, late):
            entry = replace(entry, registered="no")
        yield entry
        if kind.name == "operators":
            yield from _file_operators(evaluator, key, bases, entry)


def _late_attributes(evaluator: Evaluator) -> frozenset[str]:
    """Return the attributes of classes that are assigned outside of them: ``Class.bl_label``, or ``bl_label`` of any."""
    found: set[str] = set()
    for module in evaluator.modules:
        for one in module.assignments:
            owner, _, name = one.name.rpartition(".")
            if not name.startswith("bl_"):
                continue
            if owner.startswith(("%", ".")) and not owner.endswith(("]", ")")):
                found.add(f"{owner.rpartition('.')[2].lstrip('%')}.{name}")
            elif _VARIABLE.match(owner) and owner != "~self":
                found.add(name)
    return frozenset(found)


def _is_incomplete(
    evaluator: Evaluator, key: str, kind: Kind, bases: set[str], late: frozenset[str]
) -> bool:
    """Return whether a class certainly lacks what Blender demands: it is a base of others."""
    if not all(base.startswith(PLAIN_BASES) for base in bases):
        return False
    lineage = evaluator.lineage(key)
    names = {name for own in lineage for name in evaluator.classes[own].methods}
    names |= {name for own in lineage for name, _, _ in evaluator.classes[own].fields}
    names |= {name for own in lineage for name, _, _ in evaluator.classes[own].annotations}
    own_name = evaluator.classes[key].name
    return any(
        name not in names and name not in late and f"{own_name}.{name}" not in late
        for name in kind.required
    )


def made_class_entries(evaluator: Evaluator) -> Iterator[Entry]:
    """Yield the classes that are made at run time by calls of ``type``: their names are computed."""
    seen = set()
    for site in evaluator.sites("builtins.type"):
        call = evaluator.arguments(site)
        place = Place(site.module.path, site.line)
        if len(call.items) != 3 or call.items[1].kind != "list" or place in seen:
            continue
        bases: set[str] = set()
        for base in call.items[1].items:
            bases |= evaluator.bases(base.text) if base.kind == "own" else {base.text}
        if kind := _kind_of(bases):
            seen.add(place)
            fields: dict[str, FieldValue] = dict.fromkeys(kind.fields)
            yield Entry(kind.name, "", place, fields, "unknown")


def operator_name(text: str) -> str:
    """Return the name of an operator as in ``bpy.ops``: that of the class ``MESH_OT_gear`` is ``mesh.gear``."""
    match = _OPERATOR_CLASS.match(text)
    return f"{match[1].lower()}.{match[2]}" if match else text


def _kind_of(bases: set[str]) -> Kind | None:
    found = []
    for base in bases:
        name = base.rpartition(".")[2]
        if base.startswith(_TYPE_MODULES) or base == name:
            kind = _BY_BASE.get(name) or _by_prefix(name)
            if kind is not None:
                found.append(kind)
        else:
            found += [BY_NAME[kind] for part, kind in _BY_NAME_PART.items() if part in name]
    return min(found, key=KINDS.index) if found else None


def _kind_by_name(evaluator: Evaluator, key: str, bases: set[str]) -> Kind | None:
    """Return the kind of a class that is derived from one of Blender's scripts, by the part of its own name."""
    if not any(base.startswith(_SCRIPT_MODULES) for base in bases):
        return None
    value, _ = evaluator.field(key, "bl_idname")
    name = text_of(value) or evaluator.classes[key].name
    return next((BY_NAME[kind] for part, kind in _BY_NAME_PART.items() if part in name), None)


def _by_prefix(name: str) -> Kind | None:
    """Return the kind for one of the many types of sockets, such as ``NodeSocketFloat``."""
    for prefix in ("NodeSocket", "NodeTreeInterfaceSocket"):
        if name.startswith(prefix):
            return _BY_BASE[prefix]
    return None


class _Class:
    def __init__(
        self,
        evaluator: Evaluator,
        key: str,
        declared: ClassDeclaration,
        kind: Kind,
        late: frozenset[str],
    ) -> None:
        self._evaluator, self._key, self._declared, self._kind = evaluator, key, declared, kind
        self._late = late

    def entry(self, registration: Registration) -> Entry:
        fields: dict[str, FieldValue] = {}
        for name in self._kind.fields:
            if name == "class":
                fields[name] = self._declared.name
            elif name == "properties" and self._kind.name in _TYPED:
                fields[name] = self._properties()
            elif attribute := self._kind.attributes.get(name):
                fields[name] = self._field(attribute)
        if isinstance(
            extensions := fields.get("extensions"), str
        ):  # of a file handler: ".glb;.gltf"
            fields["extensions"] = joined(part for part in extensions.split(";") if part)
        if "tooltip" in fields:
            fields["tooltip"] = self._tooltip()
        file = self._key.partition(":")[0]
        registered = registration.of(self._key)
        return Entry(
            self._kind.name, self._name(), Place(file, self._declared.line), fields, registered
        )

    def _name(self) -> str:
        own = self._declared.name.rpartition(".")[2]
        if self._kind.name in _NAMED_BY_CLASS:
            return own
        value, line = self._evaluator.field(self._key, "bl_idname")
        is_own = (
            line != self._declared.line
        )  # else a base of Blender's may have it, which no other class can have
        name = text_of(value) if line and is_own else own
        return operator_name(name) if self._kind.name == "operators" else name

    def _field(self, attribute: str) -> FieldValue:
        is_late = attribute in self._late or f"{self._declared.name}.{attribute}" in self._late
        if is_late or attribute in self._methods():  # a property of the class
            return None
        value, line = self._evaluator.field(self._key, attribute)
        return field_of(value) if line else ""

    def _methods(self) -> set[str]:
        lineage = self._evaluator.lineage(self._key)
        return {name for key in lineage for name in self._evaluator.classes[key].methods}

    def _tooltip(self) -> FieldValue:
        """Return the description; Blender takes the class's own docstring, not that of a base."""
        if "description" in self._methods():
            return None
        stated = self._field("bl_description")
        return self._declared.doc.strip()[:300] if stated == "" else stated

    def _properties(self) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for key in reversed(self._evaluator.lineage(self._key)):
            declared = self._evaluator.classes[key]
            for name, value, _ in (*declared.fields, *declared.annotations):
                if type_ := property_type(value.text):
                    found[name] = type_
        return joined(f"{name}: {type_}" for name, type_ in found.items())


def property_type(call: str) -> str:
    """Return ``Float`` for ``bpy.props.FloatProperty``, ``""`` for other calls."""
    name = call.rpartition(".")[2]
    is_property = call.startswith(("bpy.props.", "~")) and name.endswith("Property")
    return name.removesuffix("Property") if is_property else ""


def _file_operators(
    evaluator: Evaluator, key: str, bases: set[str], operator: Entry
) -> Iterator[Entry]:
    helpers = [
        kind
        for kind, end in (("importers", _IMPORTS), ("exporters", _EXPORTS))
        if any(f".{base}".endswith(end) for base in bases)
    ]
    if not helpers:
        return
    extensions = _extensions(evaluator, key)
    for kind in helpers:
        fields = {"label": operator.fields["label"], "extensions": extensions}
        yield Entry(kind, operator.name, operator.place, fields, operator.registered)


def _extensions(evaluator: Evaluator, key: str) -> FieldValue:
    """Return the file extensions of an operator: those of ``filename_ext`` and of the default of ``filter_glob``."""
    found: list[str] = []
    is_known = True
    value, line = evaluator.field(key, "filename_ext")
    if line:
        found += [text_of(value)] if text_of(value) else []
        is_known = value.kind == "str"
    globs = _annotation(evaluator, key, "filter_glob")
    if globs is not None:
        found += [part.strip().lstrip("*") for part in text_of(globs).split(";") if part.strip()]
        is_known = is_known and globs.kind == "str"
    return joined(found) if is_known else None


def _annotation(evaluator: Evaluator, key: str, name: str) -> Value | None:
    """Return the default of a property of a class; ``None`` if there is no such property."""
    for own in evaluator.lineage(key):
        module = evaluator.by_path[own.partition(":")[0]]
        declared = evaluator.classes[own]
        for field, expression, _ in (*declared.annotations, *declared.fields):
            if field == name and expression.kind == "call":
                return evaluator.evaluate(expression.argument(-1, "default"), module)
    return None
