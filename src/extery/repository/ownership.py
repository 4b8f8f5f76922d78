"""Ownership of files in the folders of listings: only files of earlier runs are replaced and removed.

A name is recorded before its file is written, so that files of a killed run are known too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from extery.core.errors import Conflict, InvalidListing, ProblemList, Where
from extery.core.files import open_regular, read_regular
from extery.listing import LISTING_FILENAME
from extery.listing.delta import CHANGES_FILENAME, target_digest
from extery.listing.entries import parse_listing
from extery.repository.index import PlannedListing
from extery.repository.write import (
    LEGACY_LISTING,
    LISTING_FILES,
    PAGE_FILENAME,
    has_same_bytes,
    is_same,
    remove,
    stat_outputs,
)

#: Name relative to the folder of packages -> size, time and inode of the existing file and of the one that
#: replaces it; empty for a listing that is not written yet.
Outputs = Mapping[str, Sequence[int]]
_IDENTITY = 3
_MAX_IDENTITIES = 4
#: Marks the pages of `extery server-generate`.
GENERATOR = b'<meta name="generator" content="extery server-generate">'
_MARK = b"\n<!-- extery server-generate -->\n"
_MARKED_BYTES = 2_000


def check_page(folder: Path, *, is_requested: bool, force: bool) -> None:
    """Raise `Conflict` if the page of ``folder`` would replace one of another origin."""
    path = folder / PAGE_FILENAME
    if is_requested and not force and not is_own_page(path):
        raise Conflict.of("generate.page-not-owned", where=Where(str(path)), path=str(path))


def check_legacy_listing(folder: Path, *, force: bool) -> None:
    """Raise `Conflict` if the legacy listing of ``folder`` would replace one of another origin."""
    path = folder / LEGACY_LISTING
    if not force and not _is_own_legacy_listing(path):
        raise Conflict.of(
            "generate.file-not-owned", where=Where(str(path)), variant="legacy", path=str(path)
        )


def _is_own_legacy_listing(path: Path) -> bool:
    """Return whether there is no file at ``path``, or one in the form that `legacy_listing` writes."""
    try:
        data = read_regular(path)
        return not data.strip() or dump_legacy(json.loads(data)) == data
    except FileNotFoundError:
        return not path.is_symlink()
    except (OSError, ValueError, RecursionError):
        return False


def dump_legacy(document: object) -> bytes:
    """Return the document of a legacy listing as ASCII JSON without white space, in a fixed order of keys."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode("ascii")


def is_own_page(path: Path) -> bool:
    """Return whether there is no page at ``path``, or one that `with_generator` has marked."""
    try:
        with open_regular(path) as file:
            start = file.read(_MARKED_BYTES)
            file.seek(max(0, os.fstat(file.fileno()).st_size - len(_MARK)))
            return not start.strip() or GENERATOR in start or file.read() == _MARK
    except FileNotFoundError:
        return not path.is_symlink()
    except OSError:
        return False


def with_generator(page: bytes) -> bytes:
    """Return a page that is recognised later; one from a template of the owner gets a comment at its end."""
    return page if GENERATOR in page[:_MARKED_BYTES] else page + _MARK


def claim_names(
    folder: Path,
    plans: Iterable[PlannedListing],
    owned: Collection[str],
    ids: Collection[str],
    *,
    with_changes: bool = False,
) -> list[str]:
    """Return the names that ``plans`` will write for the first time, except the listing and page in ``folder``.

    Raises `Conflict` if a file of another origin has such a name. ``owned`` are the names of earlier runs,
    ``ids`` are those of the packages: a listing that has only these is from a run whose state was lost.
    """
    names = []
    with ProblemList().raising(Conflict) as problems:
        for plan in plans:
            expected = [*plan.packages, *LISTING_FILES] if plan.folder else []
            expected += [CHANGES_FILENAME] if with_changes else []
            new = [plan.path_of(name) for name in expected if plan.path_of(name) not in owned]
            names += new
            for path in (folder / name for name in new):
                # True for a dangling link too; where the folder cannot be read, writing fails later.
                if os.path.lexists(path) and not _is_ours(path, folder, ids):
                    problems.add(
                        "generate.file-not-owned",
                        where=Where(str(path)),
                        variant="named" if plan.owner else "",
                        path=str(path),
                        audience=plan.owner,
                    )
    return names


def planned_outputs(
    folder: Path, plans: Iterable[PlannedListing], owned: Outputs, new: Iterable[str]
) -> dict[str, Sequence[int]]:
    """Return ``owned`` with all files that are about to be written, so that files of a killed run are removed."""
    outputs = {**owned, **dict.fromkeys(new, ())}
    for plan in plans:
        # A package beside the listing belongs to the user.
        for package in plan.packages if plan.folder else ():
            name = plan.path_of(package)
            identity = stat_outputs(folder, [package]).get(package, [])
            if not _is_one_of(identity, outputs[name]):
                earlier = outputs[name][-_IDENTITY * (_MAX_IDENTITIES - 1) :]
                outputs[name] = [*earlier, *identity]
    return outputs


def _is_one_of(identity: Sequence[int], recorded: Sequence[int]) -> bool:
    """Return whether a file is a recorded one: it has the same inode, or as a copy the same size and time."""
    starts = range(0, len(recorded), _IDENTITY)
    identities = [recorded[start : start + _IDENTITY] for start in starts]
    return any([*own[:2]] == [*identity[:2]] or own[-1:] == identity[-1:] for own in identities)


def _is_ours(path: Path, folder: Path, ids: Collection[str]) -> bool:
    """Return whether replacing the file loses nothing: it can be regenerated, or has a copy."""
    if path.name == CHANGES_FILENAME:
        return _are_changes(path)
    if path.name == LISTING_FILENAME:
        with suppress(OSError, InvalidListing):
            return {item["id"] for item in parse_listing(read_regular(path)).data} <= {*ids}
        return False
    original = folder / path.name
    return path.name in LISTING_FILES or is_same(path, original) or has_same_bytes(path, original)


def _are_changes(path: Path) -> bool:
    try:
        return path.is_file() and target_digest(read_regular(path)) != ""
    except OSError:
        return False


def remove_changes(folder: Path) -> None:
    """Remove a ``changes.json`` that is no longer updated: it would lead to an old listing."""
    if _are_changes(folder / CHANGES_FILENAME):
        remove([folder / CHANGES_FILENAME], root=folder)


def remove_outdated(folder: Path, owned: Outputs, current: Collection[str]) -> None:
    """Remove the files that earlier runs wrote for listings that are no longer planned.

    The compressed variants of a listing, which servers prefer, are removed first, then the listing, then the
    packages that it names.
    """
    old = [name for name in sorted(owned) if name not in current and "/" in name]
    old.sort(key=lambda name: (name.endswith(".zip"), name.endswith(LISTING_FILENAME)))
    remove((folder / n for n in old if _is_removable(folder, n, owned[n])), root=folder)


def _is_removable(folder: Path, name: str, recorded: Sequence[int]) -> bool:
    """Return whether the file is still the one that was written.

    Its time may differ: a link to a package changes together with the package.
    """
    steps = PurePosixPath(name)
    if steps.is_absolute() or ".." in steps.parts:
        return False
    path = folder / name
    if path.name in (*LISTING_FILES, CHANGES_FILENAME) or is_same(path, folder / path.name):
        return True
    identity = stat_outputs(folder, [name]).get(name)
    return identity is not None and _is_one_of(identity, recorded)
