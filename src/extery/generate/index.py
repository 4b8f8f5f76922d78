"""From packages to the listing that Blender reads: entries, their order, and their conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from extery.core.errors import ProblemList, Where
from extery.core.listing import Entry, entry, entry_range
from extery.core.versions import Version
from extery.generate.config import Config
from extery.generate.scan import ScannedArchive


def entries_of(archives: Iterable[ScannedArchive]) -> list[Entry]:
    """The entries of all archives that have a manifest, by id, version and file name."""
    found = [
        entry(
            archive.manifest,
            archive_url=f"./{quote(archive.name)}",
            archive_size=archive.size,
            archive_hash=archive.sha256,
        )
        for archive in archives
        if archive.manifest is not None
    ]
    return sorted(
        found,
        key=lambda item: (item["id"], Version.parse(item["version"]), item["archive_url"]),
    )


def check_entries(
    entries: Sequence[Entry], config: Config, problems: ProblemList, *, folder: Path
) -> None:
    """Warn of entries that compete with each other, and of blocks that nobody will see."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for item in entries:
        by_id[item["id"]].append(item)
    for extension_id, items in by_id.items():
        _check_conflicts(extension_id, items, problems, folder)
    for index, block in enumerate(config.blocklist):
        if block["id"] not in by_id:
            problems.add(
                "generate.block-without-package",
                f"{block['id']!r} is blocked, but no package here has that id",
                hint="put its last package back, or remove the block",
                where=Where(config.file, ("blocklist", index)),
            )


def _check_conflicts(
    extension_id: str, items: Sequence[Entry], problems: ProblemList, folder: Path
) -> None:
    rivals = [
        item
        for index, item in enumerate(items)
        if any(is_rival(item, other) for number, other in enumerate(items) if number != index)
    ]
    if not rivals:
        return
    shown = [f"{_file(item)} ({entry_range(item)})" for item in rivals[:4]]
    more = f" and {len(rivals) - 4} more" if len(rivals) > 4 else ""
    problems.add(
        "listing.several",
        f"{len(rivals)} packages of {extension_id} fit the same Blender: {', '.join(shown)}{more}",
        hint="move the older ones out of the folder, or build them with a blender_version_max",
        where=Where(str(folder / _file(rivals[0]))),
    )


def is_rival(one: Entry, other: Entry) -> bool:
    """Whether some Blender, on some platform, with some Python, could take either.

    No platforms, or no Python versions, means all of them.
    """
    platforms, others = one.get("platforms"), other.get("platforms")
    pythons, other_pythons = one.get("python_versions"), other.get("python_versions")
    return (
        entry_range(one).overlaps(entry_range(other))
        and (not platforms or not others or not set(platforms).isdisjoint(others))
        and (
            not pythons
            or not other_pythons
            or any(_is_same_python(a, b) for a in pythons for b in other_pythons)
        )
    )


def _is_same_python(one: str, other: str) -> bool:
    """``3.11`` is 3.11, and ``3`` is any Python 3."""
    return other in (one, one.partition(".")[0]) or one == other.partition(".")[0]


def _file(item: Entry) -> str:
    return unquote(item["archive_url"].removeprefix("./"))
