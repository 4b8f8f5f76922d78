"""In which Blenders a function of an add-on can run: guards around its uses count for what it does."""

from __future__ import annotations

from contextlib import suppress

from extery.analysis.flow_facts import Access, Reference
from extery.compatibility.presence import presence_of
from extery.compatibility.resolver import Resolver, split_path

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
_MAX_ROUNDS = 20


class Reach:
    """The Blenders, as bits, in which the functions, classes and modules of an add-on can be reached."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._every = resolver.api.every
        self._guards: dict[tuple[str, int], int] = {}
        self._users: dict[str, list[tuple[str, Reference]]] = {}
        for module, facts in resolver.modules.items():
            for reference in facts.flow.references:
                with suppress(RecursionError):
                    self._add(module, reference)
        self._masks: dict[str, int] = {}
        self._solve()

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

    def _add(self, module: str, reference: Reference) -> None:
        path = reference.path
        while path.strip("."):
            for found in self._resolver.resolve(module, path):
                if found[:2] == "P:" if reference.is_import else found[:2] in ("F:", "K:"):
                    self._users.setdefault(found, []).append((module, reference))
            if not reference.is_import:
                return
            path, part = split_path(path)
            if not part:
                return

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
        self._masks = dict.fromkeys(self._users, self._every)
        for _ in range(_MAX_ROUNDS):
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
            if not changed:
                return

    def _around(self, module: str, function: str) -> int:
        mask = self._masks.get(f"P:{module}", self._every)
        name = function
        while name:
            mask &= self._masks.get(f"F:{module}:{name}", self._every)
            mask &= self._masks.get(f"K:{module}:{name}", self._every)
            name = name.rpartition(".")[0]
        return mask
