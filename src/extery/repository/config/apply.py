"""Apply ``blender_repo.toml`` to entries: which versions are listed, and with which fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extery.core.compatibility import BlenderRange
from extery.core.errors import ProblemList, Where
from extery.core.types import ADD_ON
from extery.core.versions import Version
from extery.listing.audience import range_of, with_audience
from extery.listing.entries import Entry, check_entry, order_keys
from extery.listing.selection import newest_versions
from extery.listing.serialized import SerializedEntry
from extery.manifest.schemas.checking import Locate
from extery.manifest.visible_text import check_visible_text
from extery.repository.config.repository_config import RepositoryConfig, VersionPolicy

#: Fields of an entry that the configuration may replace.
_TEXTS = ("name", "tagline", "maintainer", "website", "tags")
Groups = Mapping[str, Sequence[SerializedEntry]]


def select_entries(
    by_id: Groups, policy: VersionPolicy, config: RepositoryConfig, problems: ProblemList
) -> list[SerializedEntry]:
    """Return the entries that ``policy`` selects, with the changes of ``config.extensions``, by id.

    A pinned version or a listed id without a package adds a problem.
    """
    for identifier in sorted({*policy.pinned, *(policy.only or ())} - set(by_id)):
        _add_missing(identifier, policy, problems)
    ids = by_id if policy.only is None else [i for i in sorted(policy.only) if i in by_id]
    selected: list[SerializedEntry] = []
    for identifier in ids:
        items = by_id[identifier]
        settings = config.extensions.get(identifier, {})
        pinned = policy.pinned.get(identifier)
        if pinned is not None:
            items = [item for item in items if item.version == pinned]
            if not items:
                _add_missing(identifier, policy, problems)
        else:
            items = _select_versions(items, policy, settings)
        if settings:
            entries = [_apply_settings(item.entry, settings) for item in items]
            items = [SerializedEntry.of(changed) for changed in entries if changed is not None]
        selected += items
    return selected


def _add_missing(identifier: str, policy: VersionPolicy, problems: ProblemList) -> None:
    version = policy.pinned.get(identifier)
    is_pinned = version or policy.only is None or not policy.pinned_at  # a set has ids only
    path = (*policy.pinned_at, identifier) if is_pinned else (*policy.where.path, "only")
    where = Where(policy.where.file, path)
    if any(item.code == "generate.version-missing" and item.where == where for item in problems):
        return  # a channel with the pins of the whole file
    problems.add(
        "generate.version-missing",
        where=where,
        variant="version" if version else "",
        id=identifier,
        version=version or "",
    )


def _select_versions(
    items: Sequence[SerializedEntry], policy: VersionPolicy, settings: Mapping[str, Any]
) -> Sequence[SerializedEntry]:
    retention = settings.get("retention", policy.retention)
    prereleases = settings.get("prereleases", policy.prereleases)
    if prereleases and retention is None:
        return items
    versions = {item.version for item in items}
    if not prereleases:
        versions = {text for text in versions if not Version.parse(text).is_prerelease}
    newest = newest_versions(versions, retention)
    return [item for item in items if item.version in newest]


def _apply_settings(item: Entry, settings: Mapping[str, Any]) -> Entry | None:
    """Return the entry with the owner's settings; ``None`` if no system can install it any more.

    Blender compares the package's own manifest with the system again when it installs, so an
    owner can only narrow the audience.
    """
    changed = {**item, **{key: settings[key] for key in _TEXTS if key in settings}}
    supported_range = range_of(item)
    limits = BlenderRange.parse(
        settings.get("blender_version_min", "0"), settings.get("blender_version_max")
    )
    blender = supported_range.intersect(limits)
    platforms = None
    if "platforms" in settings:
        supported = item.get("platforms", settings["platforms"])
        platforms = [name for name in settings["platforms"] if name in supported]
    if platforms == [] or blender.is_empty:
        return None
    if blender == supported_range and platforms is None:
        return order_keys(changed)
    return with_audience(changed, blender=blender, platforms=platforms)


def check_changes(config: RepositoryConfig, problems: ProblemList) -> set[str]:
    """Add a problem for each setting that would make Blender refuse the listing, or has an invisible character.

    Returns the ids of the extensions with such a setting.
    """
    invalid = set()
    for identifier, settings in config.extensions.items():
        texts = {key: settings[key] for key in _TEXTS if key in settings}
        if not texts:
            continue
        entry_problems = ProblemList()
        check_entry({**_EXAMPLE, **texts}, entry_problems, file=config.file, index=0)
        check_visible_text(texts, entry_problems, locate=_in_first_entry(config.file))
        for problem in entry_problems.errors:
            path = ("extensions", identifier, *problem.where.path[2:])
            problems.extend([problem._replace(where=Where(config.file, path))])
            invalid.add(identifier)
    return invalid


def _in_first_entry(file: str) -> Locate:
    return lambda path: Where(file, ("data", 0, *path))


#: A valid entry, in which settings are checked.
_EXAMPLE: Entry = {
    "schema_version": "1.0.0",
    "id": "example",
    "name": "Example",
    "tagline": "Example",
    "version": "1.0.0",
    "type": ADD_ON.name,
    "maintainer": "Example",
    "license": ["SPDX:GPL-3.0-or-later"],
    "blender_version_min": "4.2.0",
    "archive_url": "./example.zip",
    "archive_size": 1,
    "archive_hash": f"sha256:{'0' * 64}",
}
