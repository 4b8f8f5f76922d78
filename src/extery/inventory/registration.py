"""Which classes of an extension Blender gets to know."""

from __future__ import annotations

from extery.core.cached_property import cached_property
from extery.inventory.evaluate import Evaluator
from extery.inventory.model import Registered
from extery.inventory.values import Value

#: Ends of the paths of calls that register classes given as arguments, in lists too.
_CALLS = (".register_class", ".register_classes_factory", ".register_tool", "%register_class")
_REFLECTIVE = frozenset(
    {"builtins.globals", "builtins.vars", "builtins.dir", "builtins.locals", "inspect.getmembers"}
)
_NAMES = ("bpy.utils.register_class", "bpy.utils.register_tool")


class Registration:
    """The classes that are registered for certain, and whether there may be others."""

    def __init__(self, evaluator: Evaluator, *, has_unread: bool) -> None:
        self._evaluator = evaluator
        self._has_unread = has_unread

    def of(self, key: str) -> Registered:
        """Return whether a class, ``path.py:name``, is registered."""
        if key in self.registered:
            return "yes"
        if key.rpartition(":")[2].rpartition(".")[2] in self._other_names:
            return "unknown"
        if not self.is_open:
            return "no"
        return "no" if not self._is_reflective and key not in self._mentioned else "unknown"

    @cached_property
    def registered(self) -> frozenset[str]:
        """The classes that are arguments of a call that registers them."""
        found: set[str] = set()
        for value in self._arguments:
            items = value.items if value.kind == "list" else (value,)
            found.update(item.text for item in items if item.kind == "own")
        return frozenset(found)

    @cached_property
    def _other_names(self) -> frozenset[str]:
        """The last parts of paths that are registered and seem to be of others, as after ``from NAME_OF_ADD_ON import``."""
        values = [one for value in self._arguments for one in (*value.items, value)]
        return frozenset(one.text.rpartition(".")[2] for one in values if one.kind == "name")

    @cached_property
    def is_open(self) -> bool:
        """Whether classes may be registered that are not known: found at run time, or in modules that cannot be read."""
        if self._has_unread or any(map(_is_open, self._arguments)):
            return True
        return any(
            use.name in _NAMES or use.name.endswith(("utils.register_class", "%register_class"))
            for module in self._evaluator.modules
            for use in module.uses
            if use.context == "load" and "unregister" not in use.name
        )

    @cached_property
    def _is_reflective(self) -> bool:
        """Whether the code may find classes without naming them."""
        if self._has_unread:
            return True
        for module in self._evaluator.modules:
            if any(
                call.name in _REFLECTIVE or call.name.endswith(".__subclasses__")
                for call in module.calls
            ):
                return True
            if any(use.name.endswith(".__dict__") for use in module.uses):
                return True
            if any(one.name == "*" and one.level for one in module.imports):
                return True  # uses of what is imported so are not known
        return False

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """The classes that are named other than as the base of a class, or to use what they have."""
        names: set[str] = set()
        for module in self._evaluator.modules:
            bases: dict[str, int] = {}
            for one in module.classes:
                for base in one.bases:
                    bases[base] = bases.get(base, 0) + 1
            used: dict[str, int] = {}
            for use in module.uses:
                used[use.name] = used.get(use.name, 0) + 1
            names.update(
                name.rpartition(".")[2].lstrip("%~")
                for name, count in used.items()
                if count > bases.get(name, 0)
            )
        return frozenset(
            key
            for key in self._evaluator.classes
            if key.rpartition(":")[2].rpartition(".")[2] in names
        )

    @cached_property
    def _arguments(self) -> list[Value]:
        evaluator = self._evaluator
        found = []
        for site in evaluator.sites(*_CALLS):
            value = evaluator.arguments(site).argument(0, "cls")
            found.append(Value("unknown") if value is None else value)
        return found


def _is_open(value: Value) -> bool:
    if value.kind == "list":
        return not value.is_complete or any(map(_is_open, value.items))
    return value.kind not in ("own", "name", "str", "none")
