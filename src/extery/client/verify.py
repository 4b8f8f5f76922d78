"""Compare installed extensions with their packages, and plan to mend those that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from extery.client.locking import LockedCandidate, listed_state
from extery.client.package_jobs import MakeFetcher
from extery.client.package_state import PackageState
from extery.client.plan import Change, FindCandidates, Plan
from extery.client.records import Installed
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.user_files import NO_DIFFERENCES, Differences, compare
from extery.core.errors import ExteryError, NotFound
from extery.fetch import DownloadRequest
from extery.listing.entries import make_entry
from extery.package import open_package


@dataclass(frozen=True)
class Verified:
    """The comparison of an installed extension with its package ``state``, or the reason why there is none."""

    installed: Installed
    state: PackageState
    differences: Differences = NO_DIFFERENCES
    error: ExteryError | None = None

    @property
    def is_intact(self) -> bool:
        """Whether every file of the package is there with its content; files that were added do no harm."""
        return self.error is None and not self.differences.changed and not self.differences.missing


def verify(
    target: Target,
    installed: Iterable[Installed],
    *,
    store: Store,
    find: FindCandidates,
    make_fetcher: MakeFetcher,
    on_extension: Callable[[str], None] = lambda _: None,
) -> list[Verified]:
    """Compare each of the ``installed`` extensions with its package, which is fetched if it is not in the store."""
    results = []
    for item in installed:
        on_extension(item.name)
        try:
            state = _package_state(target, item, find)
            package = _package(target, item, state, store, make_fetcher)
            with open_package(package) as opened:
                results.append(Verified(item, state, compare(item.folder, opened)))
        except ExteryError as error:
            results.append(Verified(item, item.state, error=error))
    return results


def _package_state(target: Target, item: Installed, find: FindCandidates) -> PackageState:
    """Return the package of an installed extension; raises `NotFound` if it is not known."""
    state = item.state if item.state.sha256 else listed_state(target, item, find)
    if state is None:
        raise NotFound.of("verify.unknown-package", name=item.name, version=item.state.version)
    return state


def _package(
    target: Target, item: Installed, state: PackageState, store: Store, make_fetcher: MakeFetcher
) -> Path:
    """Return the path of a package, fetched if it is not in the store."""
    if store.has(state.sha256, state.size):
        return store.use(state.sha256)
    request = DownloadRequest(state.source, state.size, state.sha256)
    with make_fetcher(item.repository, target) as fetcher:
        return store.fetch(request, fetcher)


def plan_repair(target: Target, verified: Sequence[Verified]) -> Plan:
    """Plan to install the packages of extensions again that differ; the replaced folders are kept as always."""
    plan = Plan()
    for item in verified:
        if item.error is not None:
            plan.problems.extend(item.error.problems)
        elif item.is_intact:
            plan.current.append(item.installed)
        else:
            plan.changes.append(_again(target, item.installed, item.state))
    return plan


def _again(target: Target, item: Installed, state: PackageState) -> Change:
    entry = make_entry(
        item.manifest,
        archive_url=state.source,
        archive_size=state.size,
        archive_hash=state.sha256,
    )
    candidate = LockedCandidate(item.repository, entry)
    return Change(target, item.repository, item.id, item, candidate)
