"""The complete listing of a mirror, in a folder with hard links to the packages of the mirror.

It is replaced like the listing itself: packages first, then the listing, and at last what is no longer needed is removed.
"""

from __future__ import annotations

from collections.abc import Iterable

from extery.core.errors import Conflict, Where
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_FOLDER
from extery.repository.mirror.plan import Plan
from extery.repository.mirror.state import MirrorState
from extery.repository.write import (
    LISTING_FILES,
    link_packages,
    make_folder,
    remove,
    remove_temporary_files,
    write_listing,
)


def check_folder(plan: Plan, state: MirrorState) -> None:
    """Raise `Conflict` if the plan needs a complete listing, and its folder has another one."""
    folder = state.folder / COMPLETE_FOLDER
    if plan.complete and state.complete is None and (folder / LISTING_FILENAME).exists():
        raise Conflict.of("mirror.not-a-mirror", where=Where(str(folder)), folder=str(folder))


def replace_listing(plan: Plan, state: MirrorState) -> None:
    """Write the complete listing if the plan has one; saves the names of its packages before."""
    if not plan.complete:
        return
    folder, names = state.folder / COMPLETE_FOLDER, plan.complete_packages
    make_folder(folder, root=state.folder)
    remove_temporary_files(folder, has_packages=True)
    state.complete = (state.complete or set()).union(names)
    state.save()
    link_packages(folder, names, source=state.folder)
    write_listing(folder / LISTING_FILENAME, plan.complete_listing())


def remove_outdated(plan: Plan, state: MirrorState) -> None:
    """Remove what the complete listing does not need: packages, or all of its files. The state is not saved."""
    if state.complete is None:
        return
    folder = state.folder / COMPLETE_FOLDER
    if folder.is_symlink():
        return
    needed = set(plan.complete_packages)
    if not plan.complete:
        remove_temporary_files(folder, has_packages=True)
        _remove(state, reversed(LISTING_FILES))
    _remove(state, sorted(state.complete - needed))
    state.complete = needed if plan.complete else None


def _remove(state: MirrorState, names: Iterable[str]) -> None:
    folder = state.folder / COMPLETE_FOLDER
    remove((folder / name for name in names), root=state.folder)
