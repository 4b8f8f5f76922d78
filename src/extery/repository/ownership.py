"""Whose files stand in the folders of listings: only what is ours is replaced, and later removed.

A name is written down before its file, so that what a killed run leaves has an owner too.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from extery.core.errors import Conflict, InvalidListing, ProblemList, Where
from extery.core.files import read_regular
from extery.listing.delta import target_digest
from extery.listing.entries import parse
from extery.repository.index import LISTING, PlannedListing
from extery.repository.write import (
    CHANGES,
    LISTING_FILES,
    has_same_bytes,
    is_same,
    remove,
    stat_outputs,
)

#: Name below the folder of packages -> size, time and inode of the file: of the one that is there, and of the
#: one that is about to take its place. Nothing for a listing that is not written yet.
Outputs = Mapping[str, Sequence[int]]
_IDENTITY = 3
_MAX_IDENTITIES = 4


def claim_names(
    folder: Path,
    plans: Iterable[PlannedListing],
    known: Collection[str],
    ids: Collection[str],
    *,
    with_changes: bool = False,
) -> list[str]:
    """What ``plans`` will write for the first time, beside ``index.json`` and the page in ``folder`` itself.

    Raises `Conflict` if something of somebody else has such a name. ``known`` are the names of earlier runs,
    ``ids`` those of the packages: a listing of nothing but these is from a run whose state was lost.
    """
    names = []
    with ProblemList().raising(Conflict) as problems:
        for plan in plans:
            expected = [*plan.packages, *LISTING_FILES] if plan.folder else []
            expected += [CHANGES] if with_changes else []
            new = [plan.place(name) for name in expected if plan.place(name) not in known]
            names += new
            for path in (folder / name for name in new):
                # Also of a link that leads nowhere, and not where nobody may look: to write will tell.
                if os.path.lexists(path) and not _is_ours(path, folder, ids):
                    otherwise = f", or give {plan.audience} another name" if plan.folder else ""
                    problems.add(
                        "generate.file-not-owned",
                        f"{path} is there already, and not from an earlier run",
                        hint=f"move it away{otherwise}",
                        where=Where(str(path)),
                    )
    return names


def planned_outputs(
    folder: Path, plans: Iterable[PlannedListing], known: Outputs, new: Iterable[str]
) -> dict[str, Sequence[int]]:
    """``known`` with everything that is about to be written: what a killed run leaves is removed by these."""
    outputs = {**known, **dict.fromkeys(new, ())}
    for plan in plans:
        # A package beside the listing is the user's own file.
        for package in plan.packages if plan.folder else ():
            name = plan.place(package)
            identity = stat_outputs(folder, [package]).get(package, [])
            if not _is_one_of(identity, outputs[name]):
                earlier = outputs[name][-_IDENTITY * (_MAX_IDENTITIES - 1) :]
                outputs[name] = [*earlier, *identity]
    return outputs


def _is_one_of(identity: Sequence[int], known: Sequence[int]) -> bool:
    """Whether a file is one of those that are known: the same inode, or as a copy the same size and time."""
    those = [known[start : start + _IDENTITY] for start in range(0, len(known), _IDENTITY)]
    return any([*it[:2]] == [*identity[:2]] or it[-1:] == identity[-1:] for it in those)


def _is_ours(path: Path, folder: Path, ids: Collection[str]) -> bool:
    """Whether to replace the file loses nothing: it can be made again, or there is another one like it."""
    if path.name == CHANGES:
        return _are_changes(path)
    if path.name == LISTING:
        with suppress(OSError, InvalidListing):
            return {item["id"] for item in parse(read_regular(path)).data} <= {*ids}
        return False
    original = folder / path.name
    return path.name in LISTING_FILES or is_same(path, original) or has_same_bytes(path, original)


def _are_changes(path: Path) -> bool:
    try:
        return path.is_file() and target_digest(read_regular(path)) != ""
    except OSError:
        return False


def remove_changes(folder: Path) -> None:
    """Remove a ``changes.json`` that nobody keeps up any more: it would lead to an old listing."""
    if _are_changes(folder / CHANGES):
        remove([folder / CHANGES], root=folder)


def remove_outdated(folder: Path, before: Outputs, now: Collection[str]) -> None:
    """Remove what earlier runs have written for listings that are no more, and nothing else.

    The listing goes before the packages that it names, and its compressed variants, which servers offer in its
    place, before the listing.
    """
    old = [name for name in sorted(before) if name not in now and "/" in name]
    old.sort(key=lambda name: (name.endswith(".zip"), name.endswith(LISTING)))
    remove((folder / n for n in old if _may_go(folder, n, before[n])), root=folder)


def _may_go(folder: Path, name: str, known: Sequence[int]) -> bool:
    """Whether the file is still one that was written.

    It may have other times than then: a second name of a package has whatever its owner gives the first.
    """
    steps = PurePosixPath(name)
    if steps.is_absolute() or ".." in steps.parts:
        return False
    path = folder / name
    if path.name in (*LISTING_FILES, CHANGES) or is_same(path, folder / path.name):
        return True
    identity = stat_outputs(folder, [name]).get(name)
    return identity is not None and _is_one_of(identity, known)
