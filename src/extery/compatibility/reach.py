"""In which Blenders a function of an add-on can run: guards around its uses count for what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from extery.analysis.flow_facts import Access, Reference
from extery.compatibility.paths import split_path
from extery.compatibility.presence import presence_of
from extery.compatibility.resolver import Resolver

#: Functions that Blender calls, also if the add-on calls them too.
_CALLED_BY_BLENDER = frozenset(
    [
        "register",
        "unregister",
        "draw",
        "draw_header",
        "draw_item",
        "draw_filter",
        "execute",
        "invoke",
        "modal",
        "poll",
        "check",
        "cancel",
        "init",
        "free",
        "copy",
        "update",
        "setup",
        "refresh",
        "draw_prepare",
        "draw_buttons",
        "__init__",
        "__del__",
        "description",
    ]
)
#: Passes over all uses: functions that are deeper below a guard count as not guarded.
_MAX_ROUNDS = 30
#: The name of a module, and what is used in it.
Use = tuple[str, Reference]


class Reach:
    """The Blenders, as bits, in which the functions, classes and modules of an add-on can be reached."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._every = resolver.api.every
        self._guards: dict[tuple[str, int], int] = {}
        #: Key of a function, class or module -> where it is used.
        self._users: dict[str, dict[Use, None]] = {}
        self._masks: dict[str, int] = {}
        self._known: dict[Use, list[str]] = {}
        self._rounds = _MAX_ROUNDS
        self._uses = [
            (module, one)
            for module, facts in resolver.modules.items()
            for one in facts.flow.references
        ]
        #: Module -> function -> the indexes of the uses in it.
        self._places: dict[str, dict[str, list[int]]] = {}
        for index, (module, one) in enumerate(self._uses):
            functions = self._places.setdefault(module, {})
            functions.setdefault(one.function, []).append(index)
        self._follow_guards()

    def _follow_guards(self) -> None:
        """Resolve the uses under a guard, and those of what can run under a guard only.

        To resolve all uses would take half of the time that judging an add-on does.
        """
        by_name: dict[str, list[Use]] = {}
        for use in self._uses:
            for name in _names_of(use[1]):
                by_name.setdefault(name, []).append(use)
        aliases = _aliases(self._resolver)
        names: set[str] = set()
        inner = [
            use for use in self._uses if use[1].guards or use[1].mask & self._every != self._every
        ]
        while inner and self._rounds:
            found = {_last_name(key) for use in inner for key in self._keys(use)} - names
            found |= {alias for name in found for alias in aliases.get(name, ())} - names
            names |= found
            # A function is kept from running by guards if all of its uses are.
            for use in dict.fromkeys(use for name in found for use in by_name.get(name, ())):
                for key in self._keys(use):
                    self._users.setdefault(key, {})[use] = None
            before = {key for key, mask in self._masks.items() if mask != self._every}
            self._solve()
            inner = self._uses_inside(
                {key for key, mask in self._masks.items() if mask != self._every} - before
            )

    def _uses_inside(self, keys: set[str]) -> list[Use]:
        """Return the uses in the modules, classes and functions with these keys."""
        # A key names its module: that of a function or class ends at the last colon.
        modules = {key[2:] for key in keys if key[0] == "P"}
        others = {key[2:].rpartition(":")[0] for key in keys if key[0] != "P"}
        found: list[int] = []
        for module in modules | others:
            for function, indexes in self._places.get(module, {}).items():
                if module in modules or any(
                    f"{kind}:{module}:{name}" in keys for name in _around(function) for kind in "FK"
                ):
                    found += indexes
        return [self._uses[index] for index in sorted(found)]

    def of(self, module: str, access: Access) -> int:
        """Return the Blenders in which an access can run."""
        if not access.mask:
            return 0
        mask = access.mask & self.guard(module, access.guards)
        return mask & self._around(module, access.function)

    def guard(self, module: str, index: int) -> int:
        """Return the Blenders in which tests of existence hold; 0 if that is not known."""
        if not index:
            return self._every
        key = (module, index)
        if key not in self._guards:
            mask = self._every
            for one in self._resolver.modules[module].flow.guards[index]:
                mask &= self._existence(module, one.path, is_positive=one.is_positive)
            self._guards[key] = mask
        return self._guards[key]

    def _existence(self, module: str, path: str, *, is_positive: bool) -> int:
        if path.startswith("?"):
            return self._condition(module, path[1:], is_positive=is_positive)
        owner, part = split_path(path)
        name = part.removeprefix(".")
        api = self._resolver.api
        found = [
            presence_of(self._resolver, reference, name)
            for reference in self._resolver.resolve(module, owner)
        ]
        known = [one for one in found if one is not None]
        if not known:
            return 0 if api.varies(name) or name in api.names("modules") else self._every
        present = 0
        for one in known:
            present |= one.present
        return present if is_positive else self._every & ~present

    def _condition(self, module: str, path: str, *, is_positive: bool) -> int:
        """Return the Blenders in which a condition of another module holds."""
        call = "()" if path.endswith("()") else ""
        owner, part = split_path(path.removesuffix("()"))
        for reference in self._resolver.resolve(module, owner):
            if reference[:2] != "P:" or reference[2:] not in self._resolver.modules:
                continue
            other = reference[2:]
            conditions = self._resolver.modules[other].flow.conditions
            found = conditions.get(f"{part.removeprefix('.')}{call}")
            if found is not None:
                mask = found.true_mask if is_positive else found.false_mask
                for one in found.true_guards if is_positive else found.false_guards:
                    if not one.path.startswith("?"):
                        mask &= self._existence(other, one.path, is_positive=one.is_positive)
                return mask
        return 0 if "version" in path.lower() else self._every

    def _keys(self, use: Use) -> list[str]:
        """Return the keys of what a use may be: functions and classes, or modules for an import."""
        module, reference = use
        if use not in self._known:
            keys: dict[str, None] = {}
            with suppress(RecursionError):
                path = reference.path
                while path.strip("."):
                    for found in self._resolver.resolve(module, path):
                        if found[:2] == "P:" if reference.is_import else found[:2] in ("F:", "K:"):
                            keys[found] = None
                    path, part = split_path(path)
                    if not reference.is_import or not part:
                        break
            self._known[use] = list(keys)
        return self._known[use]

    def _solve(self) -> None:
        """Take from each function the Blenders in which none of its uses can run.

        Functions that only use each other keep all: something unknown may call them.
        """
        free = {
            key
            for key in self._users
            if key.startswith("F:")
            and key.rpartition(":")[2].rpartition(".")[2] in _CALLED_BY_BLENDER
        }
        judged = [key for key in self._users if key not in free and key != "P:"]
        for key in self._users:
            self._masks.setdefault(key, self._every)
        changed = True
        while changed and self._rounds:
            self._rounds -= 1
            changed = False
            for key in judged:
                mask = 0
                for module, reference in self._users[key]:
                    if key == f"F:{module}:{reference.function}":  # calls itself
                        continue
                    bits = reference.mask & self.guard(module, reference.guards)
                    mask |= bits & self._around(module, reference.function)
                    if mask == self._every:
                        break
                if mask != self._masks[key]:
                    self._masks[key], changed = mask, True

    def _around(self, module: str, function: str) -> int:
        mask = self._masks.get(f"P:{module}", self._every)
        for name in _around(function):
            mask &= self._masks.get(f"F:{module}:{name}", self._every)
            mask &= self._masks.get(f"K:{module}:{name}", self._every)
        return mask


def _around(function: str) -> Iterator[str]:
    """Yield the qualified names of a function and of those around it."""
    while function:
        yield function
        function = function.rpartition(".")[0]


def _names_of(reference: Reference) -> list[str]:
    """Return the last name of a path; of an import all names, since packages are imported too."""
    parts = [one for one in reference.path.lstrip("%@.").split(".") if one]
    return parts if reference.is_import else parts[-1:]


def _last_name(key: str) -> str:
    return key.rpartition(":")[2].rpartition(".")[2]


def _aliases(resolver: Resolver) -> dict[str, list[str]]:
    """Return names of functions and classes with the variables of modules that hold them."""
    aliases: dict[str, list[str]] = {}
    for facts in resolver.modules.values():
        for symbol, paths in facts.flow.values.items():
            if symbol[0] == "=":
                for path in paths:
                    aliases.setdefault(path.rpartition(".")[2].lstrip("%@"), []).append(symbol[1:])
    return aliases
