"""Resolve the paths of `extery.analysis.flow_facts` to types of Blender, in all Blenders of the table at once.

The result maps references to the Blenders, as bits, in which they hold. A reference is a kind of the table (``=Object``,
``*Object:BlendDataObjects``, ``()=Mesh``, ``@Vector``), or

- ``M:bpy.utils`` a module of Blender, ``C:Mesh`` a class of `bpy.types` or `mathutils`,
- ``P:utils`` a module of the add-on, ``K:module:Class`` a class, ``O:module:Class`` an object, ``F:module:name`` a function,
- ``^`` and a reference: a list of such values.

A module is named after its file, whose name may contain colons: split at the last one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from extery.analysis.facts import ModuleFacts
from extery.blender_api.table import COLLECTION, BlenderApi, Member
from extery.compatibility.hints import CONTEXT_ROOTS, ITEMS, NAME_HINTS, NARROWED, SAME_TYPE
from extery.compatibility.paths import module_name, split_path

References = Mapping[str, int]

MAX_DEPTH = 60
MAX_BASES = 50
#: Resolutions of one add-on, about a second; all add-ons of Blender 4.2 together need 240,000.
MAX_STEPS = 400_000
#: With more candidate types, the type counts as unknown.
MAX_REFERENCES = 12
_NOTHING: References = {}
_OWN_ROOTS = frozenset("#$.@%~")


class Resolver:
    """Resolves the paths of the modules of an add-on; ``modules`` are judged together."""

    def __init__(self, modules: Iterable[ModuleFacts], api: BlenderApi) -> None:
        self.api = api
        self.modules = {module_name(module.path): module for module in modules}
        self.packages = {
            module_name(path)
            for path in (module.path for module in self.modules.values())
            if path.endswith("__init__.py")
        }
        self._sorted = sorted(self.modules)
        self._classes = {
            name: frozenset(module.flow.classes) for name, module in self.modules.items()
        }
        self._memo: dict[tuple[str, str], References] = {}
        self._bases: dict[str, list[str]] = {}
        self._left = MAX_STEPS
        #: How often a resolution was cut off by a cycle or a limit.
        self._cut = 0
        self._active: set[tuple[str, str]] = set()
        self._registered: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._arguments: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._collect_registered()
        self._bind_arguments()

    def _collect_registered(self) -> None:
        for name, module in self.modules.items():
            for symbol, paths in module.flow.values.items():
                if symbol.startswith("bpy.types.") and symbol.count(".") == 3:
                    type_, attribute = symbol.split(".")[2:]
                    known = self._registered.setdefault((type_, attribute), [])
                    known.extend((name, path) for path in paths)

    def _bind_arguments(self) -> None:
        """Tell parameters what the calls in all modules pass."""
        for name, module in self.modules.items():
            for binding in module.flow.bindings:
                for reference in self._functions(name, binding.path):
                    if reference.startswith("K:"):
                        owner, _, class_ = reference[2:].rpartition(":")
                        reference = f"F:{owner}:{class_}.__init__"
                    if not reference.startswith("F:"):
                        continue
                    owner, _, function = reference[2:].rpartition(":")
                    names = self.modules[owner].flow.parameters.get(function, ())
                    given = [*zip(names, binding.arguments, strict=False), *binding.keywords]
                    for parameter, path in given:
                        known = self._arguments.setdefault((owner, f"${function}:{parameter}"), [])
                        if path != "~" and len(known) < 16 and (name, path) not in known:
                            known.append((name, path))
        self._memo.clear()
        self._bases.clear()

    def _functions(self, module: str, path: str) -> list[str]:
        try:
            return list(self.resolve(module, path))
        except RecursionError:  # a hostile module
            return []

    def resolve(self, module: str, path: str, depth: int = 0) -> References:
        """Return the references that a path in ``module`` may be; empty if nothing is known."""
        # What is not named in the module is the same in all.
        key = (module if path[:1] in _OWN_ROOTS else "", path)
        known = self._memo.get(key)
        if known is not None:
            return known
        self._left -= 1
        if depth > MAX_DEPTH or key in self._active or self._left < 0:
            self._cut += 1
            return _NOTHING
        cut = self._cut
        self._active.add(key)
        try:
            prefix, part = split_path(path)
            if part:
                found: dict[str, int] = {}
                owners = self.resolve(module, prefix, depth + 1)
                if part[0] == "." and all(one[:2] in ("O:", "K:", "Q:") for one in owners):
                    # An attribute of an object of the add-on, or of something unknown.
                    found = (
                        dict(self._hint(part[1:]))
                        if not self._is_known(owners, part[1:], depth)
                        else {}
                    )
                for reference, mask in owners.items():
                    for result, bits in self._step(module, reference, part, depth).items():
                        if bits & mask:
                            found[result] = found.get(result, 0) | (bits & mask)
            else:
                found = dict(self._root(module, path, depth))
        finally:
            self._active.discard(key)
        if len(found) > MAX_REFERENCES:
            found = {}
        if found or cut == self._cut:  # what a cycle cut off may be known elsewhere
            self._memo[key] = found
        return found

    def _is_known(self, owners: References, name: str, depth: int) -> bool:
        return any(self.attribute(one, name, depth + 1) for one in owners)

    def _union(self, origins: Iterable[tuple[str, str]], depth: int) -> References:
        found: dict[str, int] = {}
        for module, path in origins:
            for reference, mask in self.resolve(module, path, depth + 1).items():
                found[reference] = found.get(reference, 0) | mask
        return found

    # Roots

    def _root(self, module: str, root: str, depth: int) -> References:
        every, sign = self.api.every, root[:1]
        if sign == "<":
            return (
                {f"={root[1:-1]}": every} if not _is_math(root[1:-1]) else {f"@{root[1:-1]}": every}
            )
        flow = self.modules[module].flow
        if sign == "#":
            return self._union(((module, one) for one in flow.values.get(root, ())), depth)
        if sign == "$":
            bound = self._union(self._arguments.get((module, root), ()), depth)
            return bound or self._hint(root.rpartition(":")[2])
        if sign == ".":
            return self._package(module, len(root))
        if sign in "@%":
            name = root[1:]
            if name.startswith("."):  # an object of a class of another module
                found = self._package(module, len(name))
                return {f"Q:{one[2:]}": mask for one, mask in found.items()}
            return self._own(module, name, is_object=sign == "@")
        if sign == "~":
            return self._hint(root[1:])
        return {f"M:{root}": every} if self.api.module(root) is not None else _NOTHING

    def _hint(self, name: str) -> References:
        """Return what a name of unknown origin usually holds; ``blender_action`` counts as ``action``."""
        hint = NAME_HINTS.get(name) or NAME_HINTS.get(name.rpartition("_")[2].rstrip("0123456789"))
        return {hint: self.api.every} if hint else _NOTHING

    def _package(self, module: str, level: int) -> References:
        parts = module.split(".") if module else []
        drop = level - (1 if module in self.packages else 0)
        if drop > len(parts):
            return _NOTHING
        name = ".".join(parts[: len(parts) - drop])
        return {f"P:{name}": self.api.every}

    def _own(self, module: str, name: str, *, is_object: bool) -> References:
        flow, every = self.modules[module].flow, self.api.every
        if name in flow.parameters:
            return {f"F:{module}:{name}": every}
        if self._is_class(module, name):
            return {f"{'O' if is_object else 'K'}:{module}:{name}": every}
        return _NOTHING

    def _is_class(self, module: str, name: str) -> bool:
        return name in self._classes[module]

    # Parts

    def _step(self, module: str, reference: str, part: str, depth: int) -> References:
        sign = part[0]
        if sign == ".":
            return self.attribute(reference, part[1:], depth)
        if sign == "(":
            return self._result(reference, depth)
        if sign == "[":
            return self._item(reference)
        if sign == "^":
            return {f"^{reference}": self.api.every}
        return self._cast(reference, part[1:-1])

    def attribute(self, reference: str, name: str, depth: int = 0) -> References:
        """Return what an attribute of a reference is, in the Blenders that have it."""
        sign = reference[0]
        if sign in "=@":
            return self._of_type(reference, name, depth)
        if sign == "*":
            return self._of_collection(reference, name)
        if sign == "^":
            if name in ("add", "get"):
                return {f"(){reference[1:]}": self.api.every}
            return {f"(){reference}": self.api.every} if name == "values" else _NOTHING
        kind = reference[:2]
        if kind == "M:":
            return self._of_module(reference[2:], name)
        if kind in ("O:", "K:"):
            return self._of_own(reference, name, depth)
        if kind == "P:":
            return self._of_package(reference[2:], name, depth)
        if kind == "Q:":
            found = self._of_package(reference[2:], name, depth)
            return {_object_of(one): mask for one, mask in found.items()}
        if kind == "F:":
            owner, _, function = reference[2:].rpartition(":")
            inner = f"{function}.{name}"
            known = inner in self.modules[owner].flow.parameters
            return {f"F:{owner}:{inner}": self.api.every} if known else _NOTHING
        return _NOTHING

    def members_of(self, reference: str, name: str) -> tuple[Member, ...]:
        """Return a member in the table, also of the types below if only they have it."""
        type_ = reference[1:].partition("{")[0].partition(":")[0]
        found = self.api.member(type_, name)
        if found or reference[0] != "=":
            return found
        return tuple(
            member
            for one in self.api.subtypes_with(type_, name)
            for member in self.api.member(one, name)
        )

    def is_registered(self, type_: str, name: str) -> bool:
        """Return whether the add-on registers a property of this name itself."""
        current: str = type_
        for _ in range(20):
            if (current, name) in self._registered:
                return True
            found = self.api.type(current)
            if found is None or not found.base:
                return (type_, name) in self._registered
            current = found.base
        return False

    def _of_type(self, reference: str, name: str, depth: int) -> References:
        type_, _, narrowed = reference[1:].partition("{")
        found: dict[str, int] = {}
        for member in self.members_of(reference, name):
            kind = NARROWED.get((type_, name, narrowed.rstrip("}")), "") or _plain(member.kind)
            if name in SAME_TYPE and kind.endswith("=ID"):
                kind = kind.replace("=ID", f"={type_}")
            if kind:
                found[kind] = found.get(kind, 0) | member.mask
        if found:
            return found
        current = type_
        while current:
            if (current, name) in self._registered:
                return self._union(self._registered[current, name], depth)
            one = self.api.type(current)
            current = one.base if one else ""
        return found

    def _of_collection(self, reference: str, name: str) -> References:
        item, _, collection = reference[1:].partition(":")
        every = self.api.every
        if name == "get":
            return {f"()={item}": every}
        if name == "values":
            return {f"()*{item}": every}
        found: dict[str, int] = {}
        for member in self.api.member(collection or COLLECTION, name):
            kind = _plain(member.kind)
            base = kind.rpartition("=")[2]
            if kind and item != base and self.api.is_subtype(item, base):
                kind = kind.replace(f"={base}", f"={item}")
            if kind:
                found[kind] = found.get(kind, 0) | member.mask
        return found

    def _of_module(self, module: str, name: str) -> References:
        full, every = f"{module}.{name}", self.api.every
        if full in CONTEXT_ROOTS:
            return {CONTEXT_ROOTS[full]: every}
        if module == "bpy.types" or (
            module in ("mathutils", "bmesh.types") and self.api.type(name)
        ):
            return {f"C:{name}": every}
        if full in ("bpy.types", "bpy.ops") or module == "bpy.ops":
            return {f"M:{full}": every}
        if self.api.module(full) is not None:
            return {f"M:{full}": every}
        names = self.api.module(module) or {}
        return {kind: one.mask for one in names.get(name, ()) if (kind := _plain(one.kind))}

    def _of_own(self, reference: str, name: str, depth: int) -> References:
        owner, _, class_ = reference[2:].rpartition(":")
        flow = self.modules[owner].flow
        method = f"{class_}.{name}"
        if method in flow.parameters:
            return {f"F:{owner}:{method}": self.api.every}
        symbol = f"@{method}"
        if symbol in flow.values or self.is_own(reference, name, only_here=True):
            return self._union(((owner, one) for one in flow.values.get(symbol, ())), depth)
        if self._is_class(owner, method):
            return {f"K:{owner}:{method}": self.api.every}
        for base in self.bases_of(reference):
            if base[0] == "=" or self.is_own(base, name, only_here=True):
                found = self.attribute(base, name, depth + 1)
                if found:
                    return found
        return _NOTHING

    def bases_of(self, reference: str) -> list[str]:
        """Return all bases of an own class, the nearest first: own ones like ``reference``, those of Blender as ``=Type``."""
        key = reference[2:]
        if key not in self._bases:
            found: dict[str, None] = {}
            queue = [key]
            while queue and len(found) < MAX_BASES:
                owner, _, class_ = queue.pop(0).rpartition(":")
                for path in self.modules[owner].flow.values.get(f"^{class_}", ()):
                    for base in self.resolve(owner, path):
                        if base.startswith("K:") and base[2:] != key and base not in found:
                            queue.append(base[2:])
                        if base[:2] in ("C:", "K:"):
                            found[base] = None
            self._bases[key] = list(found)
        return [
            f"={one[2:]}" if one[0] == "C" else f"{reference[:2]}{one[2:]}"
            for one in self._bases[key]
        ]

    def is_own(self, reference: str, name: str, *, only_here: bool = False) -> bool:
        """Return whether an own class, or an own base of it, defines or assigns an attribute."""
        bases = [] if only_here else [one for one in self.bases_of(reference) if one[0] != "="]
        for one in (reference, *bases):
            owner, _, class_ = one[2:].rpartition(":")
            flow = self.modules[owner].flow
            if f"@{class_}.{name}" in flow.values or f"{class_}.{name}" in flow.parameters:
                return True
        return False

    def _of_package(self, package: str, name: str, depth: int) -> References:
        full = f"{package}.{name}" if package else name
        module = self.modules.get(package)
        if full in self.modules:
            return {f"P:{full}": self.api.every}
        if module is None:
            return {f"P:{full}": self.api.every} if self._is_folder(full) else _NOTHING
        own = self._own(package, name, is_object=False)
        return own or self._union(
            ((package, one) for one in module.flow.values.get(f"={name}", ())), depth
        )

    def _is_folder(self, name: str) -> bool:
        """Return whether there are modules in a folder, by the dotted name of it."""
        start = f"{name}."
        index = bisect_left(self._sorted, start)
        return index < len(self._sorted) and self._sorted[index].startswith(start)

    def _result(self, reference: str, depth: int) -> References:
        if reference.startswith("()"):
            return {reference[2:]: self.api.every} if reference[2:] else _NOTHING
        if reference.startswith("F:"):
            owner, _, function = reference[2:].rpartition(":")
            paths = self.modules[owner].flow.values.get(f"%{function}()", ())
            return self._union(((owner, one) for one in paths), depth)
        if reference.startswith("K:"):
            return {f"O:{reference[2:]}": self.api.every}
        if reference.startswith("C:") and _is_math(reference[2:]):
            return {f"@{reference[2:]}": self.api.every}
        return _NOTHING

    def _item(self, reference: str) -> References:
        every = self.api.every
        if reference.startswith("*"):
            return {f"={reference[1:].partition(':')[0]}": every}
        if reference.startswith("^"):
            return {reference[1:]: every}
        return {ITEMS[reference]: every} if reference in ITEMS else _NOTHING

    def _cast(self, reference: str, value: str) -> References:
        if reference[0] != "=":
            return {reference: self.api.every}
        type_, every = reference[1:].partition("{")[0], self.api.every
        if self.api.type(value) is not None and self.api.is_subtype(value, type_):
            return {f"={value}": every}
        for base in ("Modifier", "Constraint", "Node"):
            if self.api.is_subtype(type_, base):
                found = [
                    one for one in self.api.cast(base, value) if self.api.is_subtype(one, type_)
                ]
                return dict.fromkeys([f"={one}" for one in found] or [reference], every)
        for (owner, name, narrowed), kind in NARROWED.items():
            if owner == type_ and narrowed == value:
                return {kind if not name else f"={type_}{{{value}}}": every}
        return {reference: every}


def _plain(kind: str) -> str:
    """Return a kind without arguments and items; empty if nothing is known about the value."""
    if kind.startswith("("):
        result = kind.partition(")")[2]
        return f"(){result}" if result else ""
    return "" if kind.startswith("{") else kind


def _object_of(reference: str) -> str:
    kinds = {"P": "Q", "K": "O"}
    return kinds.get(reference[0], reference[0]) + reference[1:]


def _is_math(name: str) -> bool:
    return name in ("Vector", "Matrix", "Euler", "Quaternion", "Color")
