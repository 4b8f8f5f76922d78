"""Judge the names that an add-on uses for the Blenders of its range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal, NamedTuple

from extery.analysis.facts import ModuleFacts, Position
from extery.analysis.flow_facts import Access
from extery.blender_api.table import BlenderApi, Member
from extery.compatibility.paths import split_path
from extery.compatibility.presence import Presence, presence_of
from extery.compatibility.reach import Reach
from extery.compatibility.replacements import REMOVED_SHADERS, SHADERS_REMOVED_IN, replacement_of
from extery.compatibility.resolver import References, Resolver
from extery.core.collector import without_collector
from extery.core.versions import BlenderSeries, format_series

Kind = Literal["incompatible", "deprecated", "experimental"]
Reason = Literal[
    "gone", "new", "argument", "new-argument", "value", "new-value", "deprecated", "experimental"
]
_EXPERIMENTAL = ("PreferencesExperimental",)
#: Modules of Blender without promises, by their first part.
_PRIVATE_MODULES = frozenset({"_bpy", "_bpy_internal", "_bpy_types", "_bpy_path"})


class Finding(NamedTuple):
    """A name that some Blenders of the range do not have, or that they call deprecated or experimental.

    ``name`` is the name, ``detail`` the argument or the value; ``version`` the first Blender without it, or with it
    if the reason is ``new``; ``blenders`` are those of the range that are concerned; ``replacement`` says what to use.
    ``is_older`` if no Blender with extensions has the name.
    """

    kind: Kind
    reason: Reason
    path: str
    at: Position
    name: str
    detail: str
    version: str
    blenders: tuple[BlenderSeries, ...]
    replacement: str
    is_older: bool = False


class Statistics(NamedTuple):
    """How many attributes of values were looked up, and of how many the type of the owner is known."""

    accesses: int
    resolved: int


def judge(
    modules: Iterable[ModuleFacts], api: BlenderApi, blenders: Iterable[BlenderSeries]
) -> list[Finding]:
    """Return the findings for ``blenders``, in the order of the modules and their lines."""
    with without_collector():
        return Judge(modules, api, blenders).findings()


class Judge:
    """A run over the modules of one add-on."""

    def __init__(
        self, modules: Iterable[ModuleFacts], api: BlenderApi, blenders: Iterable[BlenderSeries]
    ) -> None:
        self._api = api
        self._wanted = sum(1 << api.series.index(one) for one in blenders if one in api.series)
        self._modules = [one for one in modules if one.flow.accesses]
        self.resolver = Resolver(self._modules, api)
        self._reach = Reach(self.resolver)
        self._known: dict[tuple[object, ...], tuple[list[Presence], bool]] = {}

    def findings(self) -> list[Finding]:
        found: dict[tuple[str, int, int, str, str], Finding] = {}
        for name, module in self.resolver.modules.items():
            for access in module.flow.accesses:
                try:
                    for one in self._judge(name, module, access):
                        key = (one.path, access.line, access.column, one.name, one.reason)
                        found.setdefault(key, one)
                except RecursionError:  # classes and values of a hostile module
                    continue
        return list(found.values())

    def statistics(self) -> Statistics:
        """Return how many attributes have an owner of a known type."""
        accesses = resolved = 0
        for name, module in self.resolver.modules.items():
            for access in module.flow.accesses:
                if access.context != "import":
                    accesses += 1
                    resolved += bool(self.resolver.resolve(name, split_path(access.path)[0]))
        return Statistics(accesses, resolved)

    def _judge(self, name: str, module: ModuleFacts, access: Access) -> Iterator[Finding]:
        if access.context == "import":
            yield from self._imported(name, module, access)
            return
        owner, part = split_path(access.path)
        if part[:1] != ".":
            return
        references = self.resolver.resolve(name, owner)
        if not references:
            return
        known, is_everywhere = self._presences(references, part[1:])
        has_details = bool(access.keywords or access.value)
        if not known or (is_everywhere and not has_details):
            return
        reach = -1
        for one in known:
            remarks = chain(
                self._missing(one, known), self._details(one, access), self._marked(one, part[1:])
            )
            for reason, mask, detail, version, replacement in remarks:
                if reach < 0:
                    reach = self._reach.of(name, access) & self._wanted
                if mask & reach:
                    yield self._finding(
                        module,
                        access,
                        one.label,
                        reason,
                        detail,
                        version,
                        mask & reach,
                        replacement,
                    )

    def _presences(self, references: References, attribute: str) -> tuple[list[Presence], bool]:
        """Return where an attribute exists, and whether every Blender has it and none calls it deprecated."""
        key = (*references.items(), attribute)
        if key not in self._known:
            found = []
            for reference, mask in references.items():
                one = presence_of(self.resolver, reference, attribute)
                if one is not None:
                    found.append(one._replace(universe=one.universe & mask))
            remarks = (
                chain(self._missing(one, found), self._marked(one, attribute)) for one in found
            )
            self._known[key] = found, next(chain.from_iterable(remarks), None) is None
        return self._known[key]

    def _missing(
        self, one: Presence, known: list[Presence]
    ) -> Iterator[tuple[Reason, int, str, str, str]]:
        present = 0
        for other in known:
            present |= other.present
        missing = one.universe & ~present
        if not missing:
            return
        reason, version = self._version(present, missing)
        version = one.removed or version
        yield (
            reason if not one.removed else "gone",
            missing,
            "",
            version,
            replacement_of(one.owners, one.label),
        )

    def _version(self, present: int, missing: int) -> tuple[Reason, str]:
        """Return whether a name is gone or new, and the Blender since which it is."""
        bits = range(len(self._api.series))
        gone = [bit for bit in bits if missing >> bit & 1 and present & ((1 << bit) - 1)]
        if gone and self._wanted & missing & ~((1 << gone[0]) - 1):
            return "gone", format_series(self._api.series[gone[0]])
        later = [bit for bit in bits if present >> bit & 1]
        if later and not gone:
            return "new", format_series(self._api.series[later[0]])
        if gone and later and not self._wanted & missing & ~((1 << gone[0]) - 1):
            return "new", format_series(self._api.series[later[0]])
        return "gone", format_series(self._api.series[gone[0] if gone else 0])

    def _details(
        self, one: Presence, access: Access
    ) -> Iterator[tuple[Reason, int, str, str, str]]:
        """Yield arguments and values that not all Blenders know."""
        if access.context == "call":
            shader = REMOVED_SHADERS.get(access.value)
            if shader and one.label == "gpu.shader.from_builtin":
                yield "value", one.universe, access.value, SHADERS_REMOVED_IN, f"write '{shader}'"
            functions = [member for member in one.members if member.kind.startswith("(")]
            for keyword, _text in access.keywords:
                yield from self._detail(one, functions, keyword, ("argument", "new-argument"))
            if one.owners[0] == "UILayout":
                icons = [*self._api.member("EnumPropertyItem", "icon")]
                for keyword, text in access.keywords:
                    if keyword == "icon" and text:
                        yield from self._detail(one, icons, text, ("value", "new-value"))
        elif access.context == "store" and access.value:
            items = [member for member in one.members if member.kind.startswith("{")]
            yield from self._detail(one, items, access.value, ("value", "new-value"))

    def _detail(
        self, one: Presence, members: list[Member], text: str, reasons: tuple[Reason, Reason]
    ) -> Iterator[tuple[Reason, int, str, str, str]]:
        have = lack = 0
        for member in members:
            inner = member.kind[1:].partition(")" if member.kind[0] == "(" else "}")[0]
            if text in inner.split(","):
                have |= member.mask
            else:
                lack |= member.mask
        lack &= ~have
        if have and lack:
            reason, version = self._version(have, lack)
            yield (
                reasons[reason == "new"],
                lack,
                text,
                version,
                replacement_of((), f"{one.label}({text})"),
            )

    def _marked(self, one: Presence, name: str) -> Iterator[tuple[Reason, int, str, str, str]]:
        """Yield what Blender calls deprecated or experimental."""
        for owner in one.owners:
            found = self._api.deprecation(f"{owner}.{name}")
            if found is not None:
                mask, removal, note = found
                yield "deprecated", mask, "", removal, note
                return
        if one.owners[0] in _EXPERIMENTAL:
            yield "experimental", one.present, "", "", ""

    def _imported(self, name: str, module: ModuleFacts, access: Access) -> Iterator[Finding]:
        path = access.path
        if path.partition(".")[0] in _PRIVATE_MODULES:
            reach = self._reach.of(name, access) & self._wanted
            yield self._finding(module, access, path, "experimental", "", "", reach, "")
            return
        mask = self._api.module_mask(path)
        one = None
        if mask:
            one = Presence(path, (path,), self._api.every, mask)
        elif "." in path:
            owner, _, last = path.rpartition(".")
            if self._api.module(owner) is not None:
                one = presence_of(self.resolver, f"M:{owner}", last)
        if one is None:
            return
        for reason, missing, detail, version, replacement in self._missing(one, [one]):
            concerned = missing & self._reach.of(name, access) & self._wanted
            if concerned:
                yield self._finding(
                    module, access, one.label, reason, detail, version, concerned, replacement
                )

    def _finding(
        self,
        module: ModuleFacts,
        access: Access,
        label: str,
        reason: Reason,
        detail: str,
        version: str,
        mask: int,
        replacement: str,
    ) -> Finding:
        kind: Kind = "incompatible"
        if reason in ("deprecated", "experimental"):
            kind = reason
        blenders = tuple(one for bit, one in enumerate(self._api.series) if mask >> bit & 1)
        is_older = bool(self._api.series) and version < "4.2" and reason == "gone"
        at = Position(access.line, access.column, access.line, access.end_column)
        return Finding(
            kind, reason, module.path, at, label, detail, version, blenders, replacement, is_older
        )
