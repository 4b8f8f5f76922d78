"""Add, rename, enable and disable repositories of a target."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from extery.client import layout
from extery.client.blender_lock import blender_locks
from extery.client.network import Network
from extery.client.rename import rename_repository
from extery.client.repositories import (
    MAX_TITLE_LENGTH,
    Repository,
    change_repositories,
    check_new_name,
    find_repository,
    load_repositories,
    stored_repositories,
)
from extery.client.repository_names import free_name, title_of
from extery.client.repository_removal import remove_listing
from extery.client.repository_source import Source
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, target_lock
from extery.core.errors import Conflict, InvalidListing, Problem
from extery.fetch import get_document, listing_url
from extery.fetch.addresses import is_unencrypted, redact_url
from extery.listing.entries import parse_listing

OnWait = Callable[[str], None]


def _no_message(_holder: str) -> None:
    pass


def check_listing(url: str, network: Network, target: Target, token: str = "") -> None:
    """Raise an `ExteryError` unless there is a listing at ``url``; what is wrong in single entries does not matter."""
    with network.fetcher(url, target, token=token) as fetcher:
        document = get_document(listing_url(url), fetcher=fetcher)
    assert document is not None  # the request had no conditions
    try:
        parse_listing(document.body, ignores_type=lambda _type: True)
    except InvalidListing as error:
        problems = [problem for problem in error.problems if len(problem.where.path) < 2]
        if problems:  # others are about one entry
            raise InvalidListing(*problems) from error


def add_repository(
    target: Target,
    source: Source,
    *,
    name: str = "",
    title: str = "",
    on_wait: OnWait = _no_message,
) -> Repository:
    """Add a repository and return it. Without a name it gets that of the title or URL, which is free.

    The folder of a repository that was removed, or that Blender has made, is taken over.
    """
    title = (title or title_of(source.url or _uri(source)))[:MAX_TITLE_LENGTH]
    with target_lock(target, "repo add", timeout=DEFAULT_TIMEOUT, on_wait=on_wait):
        known = load_repositories(target)
        _check_new(target, source, known)
        unused = _folders_without_url(target, known)
        others = [item for item in known if item.name not in unused or not source.url]
        if name:
            check_new_name(name, others)
        else:
            name = free_name(title, [item.name for item in others])
        folder = str(source.folder) if source.folder else ""
        if source.folder == target.folder / name:
            folder = ""
        repository = Repository(name, source.url, title, custom_folder=folder)
        if name in unused and source.url:
            remove_listing(repository.folder_in(target), target, on_wait)
        change_repositories(
            target, lambda rows: [*(row for row in rows if row.name != name), repository]
        )
    return repository


def plain_http_problem(repository: Repository) -> Problem | None:
    """Return a warning for a repository that is requested without encryption."""
    if not is_unencrypted(repository.url):
        return None
    url = redact_url(repository.url)
    return Problem.of(
        "repo.plain-http",
        name=repository.name,
        url=url,
        suggestion=f"https{url.removeprefix('http')}",
    )


def _uri(source: Source) -> str:
    assert source.folder is not None
    return source.folder.as_uri()


def _check_new(target: Target, source: Source, known: Iterable[Repository]) -> None:
    """Raise `Conflict` if a repository is in the list already."""
    for item in known:
        is_same = (
            item.url.rstrip("/") == source.url.rstrip("/")
            if source.url
            else source.folder == _resolved(item.folder_in(target))
        )
        if is_same:
            raise Conflict.of(
                "repo.known",
                variant="" if item.enabled else "disabled",
                name=item.name,
                url=source.url or str(source.folder),
            )


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except OSError:
        return path


def _folders_without_url(target: Target, known: Iterable[Repository]) -> set[str]:
    """Return the names of folders of which nothing is known, which a remote repository can take over."""
    stored = {item.name for item in stored_repositories(target)}
    return {
        item.name
        for item in known
        if not item.url and item.name not in stored and item.name not in layout.FACTORY_REPOSITORIES
    }


def enable_repositories(
    target: Target,
    names: Collection[str],
    *,
    enabled: bool,
    on_wait: OnWait = _no_message,
) -> list[Repository]:
    """Enable or disable repositories; return those that were changed."""
    command = "repo enable" if enabled else "repo disable"
    with target_lock(target, command, on_wait=on_wait):
        chosen = {find_repository(target, name) for name in names}
        changed = {item.name for item in chosen if item.enabled is not enabled}
        rows = change_repositories(
            target,
            lambda rows: [
                row._replace(enabled=enabled) if row.name in changed else row for row in rows
            ],
        )
    return [row for row in rows if row.name in changed]


def rename(target: Target, old: str, new: str, *, on_wait: OnWait = _no_message) -> Repository:
    """Rename a repository, while no Blender changes it."""
    with target_lock(target, "repo rename", on_wait=on_wait):
        folder = find_repository(target, old).folder_in(target)
        locked = [folder] if folder.is_dir() else []
        with blender_locks(locked, target.state_folder, timeout=DEFAULT_TIMEOUT, on_wait=on_wait):
            return rename_repository(target, old, new)
