"""Which versions a listing considers, and what it says of them: the owner's rules, applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from extery.core.errors import ProblemList, Where
from extery.core.versions import Version, format_blender_version, parse_blender_version
from extery.listing.entries import Entry, check_entry, entry_range
from extery.listing.partition import in_order
from extery.listing.serialized import SerializedEntry
from extery.repository.config.document import Config, Rules

_TEXTS = ("name", "tagline", "maintainer", "website", "tags")
Groups = Mapping[str, Sequence[SerializedEntry]]


def choose(
    by_id: Groups, rules: Rules, config: Config, problems: ProblemList
) -> list[SerializedEntry]:
    """The items that the rules leave, with the owner's changes, by id.

    A pinned version of which there is no package is a problem.
    """
    for identifier in sorted({*rules.pinned, *(rules.only or ())} - set(by_id)):
        _missing(identifier, rules, problems)
    ids = by_id if rules.only is None else [i for i in sorted(rules.only) if i in by_id]
    chosen: list[SerializedEntry] = []
    for identifier in ids:
        items = by_id[identifier]
        about = config.extensions.get(identifier, {})
        pinned = rules.pinned.get(identifier)
        if pinned is not None:
            items = [item for item in items if item.version == pinned]
            if not items:
                _missing(identifier, rules, problems)
        else:
            items = _considered(items, rules, about)
        if about:
            entries = [_changed(item.entry, about) for item in items]
            items = [SerializedEntry.of(changed) for changed in entries if changed is not None]
        chosen += items
    return chosen


def _missing(identifier: str, rules: Rules, problems: ProblemList) -> None:
    version = rules.pinned.get(identifier)
    what = f"{identifier} {version}" if version else identifier
    problems.add(
        "generate.version-missing",
        f"there is no package of {what}, which this listing asks for",
        hint="put the package into the folder, or name another version",
        where=Where(rules.where.file, (*rules.where.path, identifier)),
    )


def _considered(
    items: Sequence[SerializedEntry], rules: Rules, about: Mapping[str, Any]
) -> Sequence[SerializedEntry]:
    retention = about.get("retention", rules.retention)
    prereleases = about.get("prereleases", rules.prereleases)
    if prereleases and retention is None:
        return items
    versions = {item.version: Version.parse(item.version) for item in items}
    if not prereleases:
        versions = {text: v for text, v in versions.items() if not v.is_prerelease}
    newest = sorted(versions, key=versions.__getitem__, reverse=True)[:retention]
    return [item for item in items if item.version in newest]


def _changed(item: Entry, about: Mapping[str, Any]) -> Entry | None:
    """The entry with the owner's words; ``None`` if no Blender is left for it.

    A package says itself which systems it is for, and Blender looks at that again when it
    installs, so the owner can only take systems away.
    """
    changed = {**item, **{key: about[key] for key in _TEXTS if key in about}}
    low, high = entry_range(item)
    if "blender_version_min" in about:
        low = max(low, parse_blender_version(about["blender_version_min"]))
        changed["blender_version_min"] = format_blender_version(low)
    if "blender_version_max" in about:
        limit = parse_blender_version(about["blender_version_max"])
        high = limit if high is None else min(high, limit)
        changed["blender_version_max"] = format_blender_version(high)
    if "platforms" in about:
        own = item.get("platforms", about["platforms"])
        changed["platforms"] = [name for name in about["platforms"] if name in own]
        if not changed["platforms"]:
            return None
    return in_order(changed) if high is None or low < high else None


def check_changes(config: Config, problems: ProblemList) -> set[str]:
    """Note words of the owner for which Blender would refuse the whole listing; the ids of those."""
    bad = set()
    for identifier, about in config.extensions.items():
        words = {key: about[key] for key in _TEXTS if key in about}
        if not words:
            continue
        found = ProblemList()
        check_entry({**_SPECIMEN, **words}, found, file=config.file, index=0)
        for problem in found.errors:
            path = ("extensions", identifier, *problem.where.path[2:])
            problems.extend([problem._replace(where=Where(config.file, path))])
            bad.add(identifier)
    return bad


_SPECIMEN: Entry = {
    "schema_version": "1.0.0",
    "id": "specimen",
    "name": "Specimen",
    "tagline": "Specimen",
    "version": "1.0.0",
    "type": "add-on",
    "maintainer": "Specimen",
    "license": ["SPDX:GPL-3.0-or-later"],
    "blender_version_min": "4.2.0",
    "archive_url": "./specimen.zip",
    "archive_size": 1,
    "archive_hash": f"sha256:{'0' * 64}",
}
