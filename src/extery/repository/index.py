"""Plan the listings of a folder of packages: which files there are, and the entries in each.

``index.json`` beside the packages is for every system. Each channel and each set is a listing of its own, and so
are the entries for platforms without a name in ``index.json``, if `partition` takes entries away from them. Each of
these has a complete listing below its folder if there are entries that old Blenders cannot read
(`extery.listing.complete`).

Each listing needs its own folder: for Blender, a URL that ends in ``/index.json`` means the folder of that file,
and any other URL means a folder. Archive URLs in it are absolute or begin with ``./`` (``../`` is refused), so
the packages of a listing are linked into its folder, unless the configuration names the URL of the packages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from extery.core import platforms
from extery.core.errors import ProblemList, Where
from extery.core.text import closest_match
from extery.core.versions import Version
from extery.listing import LISTING_FILENAME
from extery.listing.all_versions import FOLDER, STATIC_TEMPLATE
from extery.listing.audience import audience_of
from extery.listing.complete import (
    COMPLETE_FOLDER,
    audiences,
    needs_complete_listing,
)
from extery.listing.partition import partition
from extery.listing.serialized import SerializedEntry, entries_of
from extery.repository.config.apply import Groups, check_changes, select_entries
from extery.repository.config.repository_config import RepositoryConfig, VersionPolicy
from extery.repository.scan import ScannedPackage

OTHER_PLATFORMS = "platforms/other"


@dataclass(frozen=True)
class PlannedListing:
    """A listing to write.

    ``folder`` is relative to the folder of the packages; ``audience`` describes its users, for messages.
    """

    folder: str
    audience: str
    items: Sequence[SerializedEntry]
    #: Names of the packages that have to be linked into its folder.
    packages: Sequence[str] = ()
    #: The channel or set whose name its folder has, for messages.
    owner: str = ""
    #: Where the listing says that all versions are; empty if it has all.
    all_versions: str = ""
    #: Whether it has all versions: for the client of Extery, since Blender would take any of them.
    has_older: bool = False

    @property
    def address(self) -> str:
        """The path of its file, relative to the folder of the packages."""
        return self.path_of(LISTING_FILENAME)

    def path_of(self, name: str) -> str:
        """Return the path of a file in its folder, relative to the folder of the packages."""
        return f"{self.folder}/{name}" if self.folder else name


def sorted_entries(packages: Iterable[ScannedPackage]) -> list[SerializedEntry]:
    """Return the entries of the packages that have one, sorted by id, version and file name."""
    items = [package.serialized for package in packages if package.serialized is not None]
    items.sort(key=lambda item: (item.id, item.url))
    ids = [item.id for item in items]
    if len(set(ids)) < len(ids):  # otherwise versions need not be parsed
        items.sort(key=lambda item: (item.id, Version.parse(item.version)))
    return items


def plan_listings(
    items: Sequence[SerializedEntry],
    config: RepositoryConfig,
    problems: ProblemList,
    *,
    folder: Path,
) -> list[PlannedListing]:
    """Return all listings of a folder, ``index.json`` first; adds the problems of the configuration."""
    by_id: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_id[item.id].append(item)
    config = _with_valid_changes(config, problems)
    _check(by_id, config, problems, folder)
    platform_names = {*config.platforms, *(name for item in items for name in item.platforms)}
    selection = _select(by_id, config.policy, config, problems)
    main = selection.map(_partitioned, platform_names)
    plans = _plan_pair("", "", main, config)
    if config.all_versions:
        plans = _with_all_versions(plans, selection, main, config)
    if config.other_platforms and main != selection:
        known = ", ".join([*platforms.KNOWN, *sorted(platform_names - set(platforms.KNOWN))])
        others = _Selection.pair(
            _for_other_platforms(selection.every, main.every),
            _for_other_platforms(selection.complete, main.complete),
        )
        pair = _plan_pair(OTHER_PLATFORMS, f"platforms other than {known}", others, config)
        plans += [plan for plan in pair if plan.items]
    listings = [(name, f"channel {name}", policy) for name, policy in config.channels.items()]
    listings += [(f"sets/{name}", f"set {name}", policy) for name, policy in config.sets.items()]
    for name, owner, policy in listings:
        divided = _select(by_id, policy, config, problems).map(_partitioned, platform_names)
        plans += [replace(plan, owner=owner) for plan in _plan_pair(name, owner, divided, config)]
    return plans


class _Selection(NamedTuple):
    """The entries of the listing for every Blender, and those of the complete listing: the same object if equal."""

    every: list[SerializedEntry]
    complete: list[SerializedEntry]

    @classmethod
    def pair(cls, every: list[SerializedEntry], complete: list[SerializedEntry]) -> _Selection:
        return cls(every, complete if _need_complete_listing(complete) else every)

    def map(self, function: Callable[..., list[SerializedEntry]], *arguments: Any) -> _Selection:
        """Apply a function to both, once if they are the same object."""
        every = function(self.every, *arguments)
        return _Selection(
            every, every if self.complete is self.every else function(self.complete, *arguments)
        )


def _need_complete_listing(items: Iterable[SerializedEntry]) -> bool:
    return needs_complete_listing({item.type for item in items})


def _select(
    by_id: Groups, policy: VersionPolicy, config: RepositoryConfig, problems: ProblemList
) -> _Selection:
    """Select the entries of both listings; only versions that a listing may have count for its policy."""
    selected = select_entries(by_id, policy, config, problems)
    if not _need_complete_listing(selected):
        return _Selection(selected, selected)
    groups = {
        identifier: [item for item in items if not _need_complete_listing([item])]
        for identifier, items in by_id.items()
    }
    every = {identifier: items for identifier, items in groups.items() if items}
    return _Selection(select_entries(every, policy, config, ProblemList()), selected)


def _plan_pair(
    folder: str, name: str, selection: _Selection, config: RepositoryConfig
) -> list[PlannedListing]:
    """Plan the listing of a folder, and the complete one below it if they differ; ``name`` are its users."""
    if selection.complete is selection.every:
        return [_plan_listing(folder, name or "everyone", selection.every, config)]
    below = f"{folder}/{COMPLETE_FOLDER}" if folder else COMPLETE_FOLDER
    every, complete = audiences(name)
    return [
        _plan_listing(folder, every, selection.every, config),
        _plan_listing(below, complete, selection.complete, config),
    ]


def _with_all_versions(
    plans: Sequence[PlannedListing],
    selection: _Selection,
    listed: _Selection,
    config: RepositoryConfig,
) -> list[PlannedListing]:
    """Add a listing of all versions to each of ``plans`` that does not have them: one, or a pair."""
    found = []
    for plan, every, main in zip(plans, selection, listed, strict=False):
        if every == main:
            found.append(plan)
            continue
        below = _plan_listing(plan.path_of(FOLDER), "all versions", every, config)
        found += [replace(plan, all_versions=STATIC_TEMPLATE), replace(below, has_older=True)]
    return found


def _with_valid_changes(config: RepositoryConfig, problems: ProblemList) -> RepositoryConfig:
    """Return the configuration without settings that would make Blender refuse the listing."""
    invalid = check_changes(config, problems)
    valid = {key: value for key, value in config.extensions.items() if key not in invalid}
    return replace(config, extensions=valid)


def _partitioned(
    items: Iterable[SerializedEntry], platform_names: Iterable[str]
) -> list[SerializedEntry]:
    """Return the entries by id, after `partition`; an entry that is the only one of its id is not parsed."""
    by_id: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_id[item.id].append(item)
    shared = [item for group in by_id.values() if len(group) > 1 for item in group]
    if shared:
        for identifier in {item.id for item in shared}:
            by_id[identifier] = []
        for narrowed in partition(entries_of(shared), more_platforms=platform_names).entries:
            by_id[narrowed["id"]].append(SerializedEntry.of(narrowed))
    return [item for identifier in sorted(by_id) for item in by_id[identifier]]


def _for_all_platforms(items: Iterable[SerializedEntry]) -> list[SerializedEntry]:
    return [item for item in items if not item.platforms]


def _for_other_platforms(
    selected: list[SerializedEntry], main: list[SerializedEntry]
) -> list[SerializedEntry]:
    """Return the entries for platforms without a name in ``main``; empty if these lose nothing in it."""
    others = _partitioned(_for_all_platforms(selected), ()) if main != selected else []
    return others if others != _for_all_platforms(main) else []


def _plan_listing(
    folder: str, audience: str, items: Sequence[SerializedEntry], config: RepositoryConfig
) -> PlannedListing:
    if not folder:  # beside the packages
        return PlannedListing(folder, audience, items)
    if config.base_url and not config.archive_url:
        with_urls = [
            SerializedEntry.of(
                item | {"archive_url": config.base_url + item["archive_url"].removeprefix("./")}
            )
            for item in entries_of(items)
        ]
        return PlannedListing(folder, audience, with_urls)
    return PlannedListing(folder, audience, items, sorted({file_of(item) for item in items}))


def _check(by_id: Groups, config: RepositoryConfig, problems: ProblemList, folder: Path) -> None:
    for identifier, items in by_id.items():
        if len(items) > 1:
            _check_same(identifier, items, problems, folder)
    for index, block in enumerate(config.blocklist):
        if block["id"] not in by_id:
            problems.add(
                "generate.block-without-package",
                where=Where(config.file, ("blocklist", index)),
                id=block["id"],
            )
    for identifier in config.extensions:
        if identifier not in by_id:
            similar = closest_match(identifier, by_id)
            problems.add(
                "generate.config-unknown-id",
                where=Where(config.file, ("extensions", identifier)),
                variant="similar" if similar else "",
                id=identifier,
                similar=similar,
            )


def _check_same(
    identifier: str, items: Sequence[SerializedEntry], problems: ProblemList, folder: Path
) -> None:
    """Warn of packages of one version that fit the same system: only their file names would decide."""
    by_version: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_version[item.version].append(item)
    for version, group in by_version.items():
        if len(group) < 2:
            continue
        entries = entries_of(group)
        audiences = [audience_of(entry) for entry in entries]
        rivals = [
            (item, ", ".join([str(audience.blender), *entry.get("platforms", ())]))
            for item, entry, audience in zip(group, entries, audiences, strict=True)
            if any(audience.overlaps(other) for other in audiences if other is not audience)
        ]
        if not rivals:
            continue
        files = [f"{file_of(item)} ({systems})" for item, systems in rivals[:4]]
        more = len(rivals) - len(files)
        problems.add(
            "listing.several",
            where=Where(str(folder / file_of(rivals[0][0]))),
            variant="more" if more else "",
            count=len(rivals),
            id=identifier,
            version=version,
            files=", ".join(files),
            listed=file_of(rivals[0][0]),
            more=more,
        )


def file_of(item: SerializedEntry) -> str:
    """Return the file name of the entry's package."""
    return unquote(item.url.removeprefix("./"))
