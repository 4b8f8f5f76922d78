"""From packages to the listings that Blender reads: which there are, and what stands in them.

``index.json`` beside the packages is for everyone. Channels and sets are listings of their own, and so
is one for platforms that nobody named, where `resolve` cannot serve those from ``index.json``.

Every listing stands in a folder of its own: Blender takes a URL that ends in ``/index.json``
as the folder it stands in, and anything else as a folder itself. An address in it begins with
``./`` or is complete (``../`` is refused), so the packages of a listing are beside it, as
links, unless the owner says where the folder is on the web.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from extery.core import platforms
from extery.core.errors import ProblemList, Where
from extery.core.versions import Version
from extery.listing.entries import Entry, entry_range
from extery.listing.partition import resolve
from extery.listing.serialized import SerializedEntry, entries_of
from extery.repository.config.document import Config
from extery.repository.scan import ScannedArchive
from extery.repository.selection import Groups, check_changes, choose

LISTING = "index.json"
OTHER_PLATFORMS = "platforms/other"


@dataclass(frozen=True)
class PlannedListing:
    """A listing to write: the folder below that of the packages, for whom it is, what is in it."""

    folder: str
    audience: str
    items: Sequence[SerializedEntry]
    #: Names of the packages that have to be in its folder.
    packages: Sequence[str] = ()

    @property
    def address(self) -> str:
        """Its file, relative to the folder of the packages."""
        return self.place(LISTING)

    def place(self, name: str) -> str:
        """A file of its folder, relative to the folder of the packages."""
        return f"{self.folder}/{name}" if self.folder else name


def listed_in(archives: Iterable[ScannedArchive]) -> list[SerializedEntry]:
    """What of all archives can be listed, by id, version and file name."""
    found = [archive.listed for archive in archives if archive.listed is not None]
    found.sort(key=lambda item: (item.id, item.url))
    ids = [item.id for item in found]
    if len(set(ids)) < len(ids):  # else there is no reading of versions to pay for
        found.sort(key=lambda item: (item.id, Version.parse(item.version)))
    return found


def plan_listings(
    items: Sequence[SerializedEntry], config: Config, problems: ProblemList, *, folder: Path
) -> list[PlannedListing]:
    """All listings of a folder, that for everyone first; problems of the owner's rules are noted."""
    by_id: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_id[item.id].append(item)
    config = _with_good_changes(config, problems)
    _check(by_id, config, problems, folder)
    named = {*config.platforms, *(name for item in items for name in item.platforms)}
    chosen = choose(by_id, config.rules, config, problems)
    everyone = _resolved(chosen, named)
    plans = [PlannedListing("", "everyone", everyone)]
    others = _for_other_platforms(chosen) if everyone != chosen else []
    if others and config.other_platforms and others != _of_all_platforms(everyone):
        known = ", ".join([*platforms.KNOWN, *sorted(named - set(platforms.KNOWN))])
        plans.append(_placed(OTHER_PLATFORMS, f"platforms other than {known}", others, config))
    further = [(name, f"channel {name}", rules) for name, rules in config.channels.items()]
    further += [(f"sets/{name}", f"set {name}", rules) for name, rules in config.sets.items()]
    for name, audience, rules in further:
        found = _resolved(choose(by_id, rules, config, problems), named)
        plans.append(_placed(name, audience, found, config))
    return plans


def _with_good_changes(config: Config, problems: ProblemList) -> Config:
    """Without the changes for which Blender would refuse the whole listing; each is a problem."""
    bad = check_changes(config, problems)
    good = {key: about for key, about in config.extensions.items() if key not in bad}
    return replace(config, extensions=good)


def _resolved(items: Iterable[SerializedEntry], named: Iterable[str]) -> list[SerializedEntry]:
    """The items by id, narrowed where an id has several; all others are not even read."""
    by_id: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_id[item.id].append(item)
    several = [item for group in by_id.values() if len(group) > 1 for item in group]
    if several:
        for identifier in {item.id for item in several}:
            by_id[identifier] = []
        for narrowed in resolve(entries_of(several), more_platforms=named).entries:
            by_id[narrowed["id"]].append(SerializedEntry.of(narrowed))
    return [item for identifier in sorted(by_id) for item in by_id[identifier]]


def _for_other_platforms(chosen: Iterable[SerializedEntry]) -> list[SerializedEntry]:
    return _resolved(_of_all_platforms(chosen), ())


def _of_all_platforms(items: Iterable[SerializedEntry]) -> list[SerializedEntry]:
    return [item for item in items if not item.platforms]


def _placed(
    folder: str, audience: str, items: Sequence[SerializedEntry], config: Config
) -> PlannedListing:
    if config.base_url:
        placed = [
            SerializedEntry.of(
                item | {"archive_url": config.base_url + item["archive_url"].removeprefix("./")}
            )
            for item in entries_of(items)
        ]
        return PlannedListing(folder, audience, placed)
    return PlannedListing(folder, audience, items, sorted({file_of(item) for item in items}))


def _check(by_id: Groups, config: Config, problems: ProblemList, folder: Path) -> None:
    for identifier, items in by_id.items():
        if len(items) > 1:
            _check_same(identifier, items, problems, folder)
    for index, block in enumerate(config.blocklist):
        if block["id"] not in by_id:
            problems.add(
                "generate.block-without-package",
                f"{block['id']!r} is blocked, but no package here has that id",
                hint="put its last package back, or remove the block",
                where=Where(config.file, ("blocklist", index)),
            )
    for identifier in config.extensions:
        if identifier not in by_id:
            problems.add(
                "generate.config-unknown-id",
                f"no package here has the id {identifier!r}",
                hint=_did_you_mean(identifier, by_id),
                where=Where(config.file, ("extensions", identifier)),
            )


def _did_you_mean(identifier: str, by_id: Groups) -> str:
    from difflib import get_close_matches

    close = get_close_matches(identifier, by_id, n=1)
    return f"did you mean {close[0]!r}?" if close else "put its package into the folder"


def _check_same(
    identifier: str, items: Sequence[SerializedEntry], problems: ProblemList, folder: Path
) -> None:
    """Warn of packages that only their file name sets apart: it is no reason to take one."""
    by_version: dict[str, list[SerializedEntry]] = defaultdict(list)
    for item in items:
        by_version[item.version].append(item)
    for version, group in by_version.items():
        if len(group) < 2:
            continue
        same = list(zip(group, entries_of(group), strict=True))
        rivals = [
            (item, entry)
            for item, entry in same
            if any(is_rival(entry, other) for _, other in same if other is not entry)
        ]
        if not rivals:
            continue
        shown = [f"{file_of(item)} ({entry_range(entry)})" for item, entry in rivals[:4]]
        more = f" and {len(rivals) - 4} more" if len(rivals) > 4 else ""
        problems.add(
            "listing.several",
            f"{len(rivals)} packages of {identifier} {version} fit the same Blender: "
            f"{', '.join(shown)}{more}",
            hint="keep one of them, or give each its own version",
            where=Where(str(folder / file_of(rivals[0][0]))),
        )


def is_rival(one: Entry, other: Entry) -> bool:
    """Whether some Blender, on some platform, with some Python, could take either.

    No platforms, or no Python versions, means all of them.
    """
    places, others = one.get("platforms"), other.get("platforms")
    pythons, other_pythons = one.get("python_versions"), other.get("python_versions")
    return (
        entry_range(one).overlaps(entry_range(other))
        and (not places or not others or not set(places).isdisjoint(others))
        and (
            not pythons
            or not other_pythons
            or any(_is_same_python(a, b) for a in pythons for b in other_pythons)
        )
    )


def _is_same_python(one: str, other: str) -> bool:
    """``3.11`` is 3.11, and ``3`` is any Python 3."""
    return other in (one, one.partition(".")[0]) or one == other.partition(".")[0]


def file_of(item: SerializedEntry) -> str:
    """The name of the package in its folder."""
    return unquote(item.url.removeprefix("./"))
