"""Names that are used without a plain call: through other modules, as values, by `getattr`, after ``import *``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from extery.analysis.facts import Call, ModuleFacts, Value
from extery.inventory.effect_names import ROOTS, hides_names, kind_of, plain_name
from extery.inventory.model import Entry, FieldValue, Place

#: How many own modules a name is followed through.
MAX_STEPS = 5
_BY_TEXT = frozenset({"builtins.getattr", "builtins.vars", "operator.attrgetter"})


class Names:
    """Resolves the names in the facts of modules through the imports of the other modules of an extension."""

    def __init__(self, modules: Sequence[ModuleFacts]) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}
        self._imports: dict[str, dict[str, str]] = {}
        self._stars: dict[str, list[str]] = {}
        for module in modules:
            own = _dotted(module.path)
            found = self._imports.setdefault(own, {})
            for one in module.imports:
                base = self._absolute(module.path, one.level, one.module)
                if one.name == "*":
                    self._stars.setdefault(own, []).append(base)
                elif one.name:
                    found.setdefault(one.name, f"{base}.{one.name}" if base else one.name)
                else:
                    found.setdefault(one.module.partition(".")[0], one.module.partition(".")[0])

    def _absolute(self, path: str, level: int, name: str) -> str:
        """Return an imported module: of the own package with ``/`` before it."""
        if not level:
            return name
        parts = posixpath.dirname(path).split("/") if posixpath.dirname(path) else []
        parts = parts[: len(parts) - level + 1]
        return "/" + ".".join([*parts, *([name] if name else [])])

    def of(self, module: ModuleFacts, name: str) -> list[str]:
        """Return what a name may be; itself if it is not from an own module or ``import *``."""
        key = (module.path, name)
        if key not in self._known:
            self._known[key] = self._resolved(module, name)
        return self._known[key]

    def _resolved(self, module: ModuleFacts, name: str) -> list[str]:
        if name.startswith("~"):
            root = name[1:].partition(".")[0].partition("(")[0]
            stars = self._stars.get(_dotted(module.path), ())
            found = [f"{base}.{name[1:]}" for base in stars] if root.isidentifier() else []
            return [self._follow(one) for one in found] or [name]
        if not name.startswith("."):
            return [plain_name(name)]
        level = len(name) - len(name.lstrip("."))
        return [self._follow(self._absolute(module.path, level, name.lstrip(".")))]

    def _follow(self, name: str) -> str:
        for _ in range(MAX_STEPS):
            if not name.startswith("/"):
                return plain_name(name)
            following = self._step(name[1:])
            if following is None:
                break
            name = following
        return plain_name(f".{name[1:]}" if name.startswith("/") else name)

    def _step(self, name: str) -> str | None:
        """Return a path through the import of an own module; ``None`` if that does not import it."""
        parts = name.split(".")
        for index in range(len(parts) - 1, -1, -1):
            owner = ".".join(parts[:index])
            if owner not in self._imports:
                continue
            rest = parts[index:]
            target = self._imports[owner].get(rest[0])
            if target is None:
                star = next(iter(self._stars.get(owner, ())), None)
                return f"{star}.{'.'.join(rest)}" if star is not None else None
            return ".".join([target, *rest[1:]])
        return None


def _dotted(path: str) -> str:
    name = path.removesuffix(".py").replace("/", ".")
    return "" if name == "__init__" else name.removesuffix(".__init__")


def indirect_entries(modules: Sequence[ModuleFacts], names: Names) -> Iterator[Entry]:
    """Yield entries for names that are passed on or looked up by text: what happens with them is not followed."""
    for module in modules:
        for use in module.uses:
            for name in names.of(module, use.name):
                if use.context == "load" and (kind := kind_of(name)):
                    yield _entry(kind, name, Place(module.path, use.at.line))
                elif hides_names(name):
                    yield Entry("dynamic_code", name, Place(module.path, use.at.line))
        for item in module.items:
            if hides_names(item.name):
                yield Entry("dynamic_code", f"{item.name}[…]", Place(module.path, item.at.line))
        for call in module.calls:
            yield from _by_text(module, call)


def _by_text(module: ModuleFacts, call: Call) -> Iterator[Entry]:
    """Yield what ``getattr(os, "system")`` and the like lead to."""
    place = Place(module.path, call.at.line)
    if hides_names(call.name):
        yield Entry("dynamic_code", call.label, place)
    if call.name not in _BY_TEXT or not call.arguments:
        return
    root = plain_name(call.arguments[0].text) if call.arguments[0].kind == "name" else ""
    is_import = call.arguments[0].kind == "call" and call.arguments[0].text in (
        "builtins.__import__",
        "importlib.import_module",
    )
    if root not in ROOTS and not is_import:
        return
    second = call.arguments[1] if len(call.arguments) > 1 else Value("none")
    name = f"{root}.{second.text}"
    if second.kind != "str":
        yield Entry("dynamic_code", f"{call.label}({root or 'import'}, …)", place)
    elif kind := kind_of(name):
        yield _entry(kind, name, place)


def _entry(kind: str, name: str, place: Place) -> Entry:
    """Return the entry for a name whose call, and so its arguments, are not known."""
    fields: dict[str, FieldValue] = {}
    if kind == "programs":
        return Entry(kind, "", place, {"call": name})
    if kind == "native_code":
        return Entry(kind, "", place, {"call": name, "format": ""})
    if kind == "network":
        fields = {"url": None}
    return Entry(kind, name, place, fields)
