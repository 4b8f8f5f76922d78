"""Fetch the package of a change into the store, from its URL or from beside the listing that a redirect led to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from extery.client.package_state import PackageState
from extery.client.plan import Change
from extery.client.store import Store
from extery.core.errors import NotFound
from extery.fetch import DownloadRequest, Fetcher


def fetch_package(
    change: Change,
    state: PackageState,
    store: Store,
    open_fetcher: Callable[[], Fetcher],
    *,
    on_progress: Callable[[int], None],
    on_saved: Callable[[int], None],
) -> tuple[Path, PackageState]:
    """Return the path of a package in the store, and its state with the URL where it was found.

    ``open_fetcher`` is called only if the package is not in the store. Raises an `ExteryError`.
    """
    if store.has(state.sha256, state.size):
        return store.use(state.sha256), state
    fetcher = open_fetcher()

    def fetch(url: str) -> Path:
        return store.fetch(
            DownloadRequest(url, state.size, state.sha256),
            fetcher,
            old=change.before.state.sha256 if change.before else "",
            on_progress=on_progress,
            on_saved=on_saved,
        )

    try:
        return fetch(state.source), state
    except NotFound:
        other = change.candidate.other_url if change.candidate else ""
        if not other:
            raise
        return fetch(other), state._replace(source=other)
