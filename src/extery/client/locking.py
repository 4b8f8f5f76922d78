"""Make a lock file from a target, and plan a target from a lock file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from extery.client.choice import FindAllVersions, find_no_versions
from extery.client.fitting import reason_unfit
from extery.client.index.candidates import Candidate
from extery.client.lock_file import LockedExtension, LockedRepository, LockFile
from extery.client.package_state import PackageState
from extery.client.plan import Change, FindCandidates, Plan
from extery.client.records import Installed, find_installed
from extery.client.repositories import Repository, change_repositories, load_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import DEFAULT_TIMEOUT, target_lock
from extery.core.errors import Conflict, ExteryError, Problem, ProblemList
from extery.core.versions import format_series
from extery.package import open_package


def lock_target(
    target: Target,
    *,
    find: FindCandidates,
    find_all_versions: FindAllVersions = find_no_versions,
) -> tuple[LockFile, ProblemList]:
    """Return a lock file of all installed extensions, and a problem for each that cannot be locked.

    The package of an extension that Blender has installed is the one that its repository has with this version:
    ``find_all_versions`` returns those that are not listed.
    """
    problems = ProblemList()
    extensions, repositories = [], {}
    installed = [*find_installed(target)]
    states = _states(target, installed, find, find_all_versions)
    for item in installed:
        state = states[item.name]
        if state is None:
            problems.add("lock.unknown-package", name=item.name, version=item.state.version)
            continue
        extensions.append(LockedExtension(item.repository.name, item.id, state))
        repositories[item.repository.name] = item.repository
    locked = tuple(
        LockedRepository(repository.name, repository.url, repository.title)
        for repository in repositories.values()
    )
    return LockFile(format_series(target.series), locked, tuple(extensions)), problems


def _states(
    target: Target,
    installed: Iterable[Installed],
    find: FindCandidates,
    find_all_versions: FindAllVersions,
) -> dict[str, PackageState | None]:
    """Return the package of each installed extension, by ``repository.id``."""
    states = {
        item.name: item.state if item.state.sha256 else listed_state(target, item, find)
        for item in installed
    }
    unknown = [item for item in installed if states[item.name] is None]
    found = find_all_versions(target, [(item.repository, item.id) for item in unknown])
    for item in unknown:
        states[item.name] = listed_state(target, item, lambda _target, name: found.of(name))
    return states


def listed_state(target: Target, item: Installed, find: FindCandidates) -> PackageState | None:
    """Return the package that the repository of an installed extension lists with its version."""
    for candidate in find(target, item.id):
        is_same = candidate.repository.name == item.repository.name
        if is_same and candidate.version.text == item.state.version:
            return Change(target, item.repository, item.id, None, candidate).after
    return None


def add_repositories(
    target: Target,
    lock: LockFile,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[str], None] = lambda _: None,
) -> list[Repository]:
    """Add the repositories of a lock file that the target does not have; return those that were added.

    Raises `Conflict` if it has one of the same name with another URL.
    """
    known = {repository.name: repository for repository in load_repositories(target)}
    new = []
    for locked in lock.repositories:
        own = known.get(locked.name)
        if own is None:
            new.append(Repository(locked.name, locked.url, locked.title))
        elif own.url.rstrip("/") != locked.url.rstrip("/"):
            raise Conflict.of(
                "lock.other-repository", name=locked.name, url=own.url or "local", locked=locked.url
            )
    if new:
        with target_lock(target, "extery restore", timeout=timeout, on_wait=on_wait):
            names = {repository.name for repository in new}
            change_repositories(
                target, lambda old: [*(r for r in old if r.name not in names), *new]
            )
    return new


def plan_restore(
    target: Target,
    lock: LockFile,
    *,
    installed: Sequence[Installed],
    exact: bool = False,
    store: Store | None = None,
) -> Plan:
    """Plan to install exactly the locked packages, and with ``exact`` to remove all others of remote repositories.

    A package of ``store`` that the Blender cannot use is a problem; of others that is known after their download.
    """
    plan = Plan()
    known = {repository.name: repository for repository in load_repositories(target)}
    here = {item.name: item for item in installed}
    for item in lock.extensions:
        before = here.pop(item.name, None)
        repository = known.get(item.repository) or Repository(item.repository)
        if before is not None and _is_same(before.state, item.state):
            plan.current.append(before)
            continue
        if store is not None and (problem := _unfit(item, target, store)):
            plan.problems.append(problem)
            continue
        candidate = LockedCandidate(repository, _entry(item))
        plan.changes.append(Change(target, repository, item.id, before, candidate))
    if exact:
        plan.changes += _removals(target, here.values())
    return plan


def _unfit(item: LockedExtension, target: Target, store: Store) -> Problem | None:
    """Return the problem with a locked package in the store that the Blender cannot use."""
    if not store.has(item.state.sha256, item.state.size):
        return None
    try:
        with open_package(store.path(item.state.sha256)) as package:
            reason = reason_unfit(package.manifest, target.system)
    except ExteryError:  # the installation reports it
        return None
    if not reason:
        return None
    return Problem.of(
        "install.incompatible",
        variant="locked",
        name=item.name,
        version=item.state.version,
        target=str(target),
        reason=reason,
    )


def _removals(target: Target, others: Iterable[Installed]) -> list[Change]:
    return [
        Change(target, item.repository, item.id, item)
        for item in others
        if item.repository.is_remote
    ]


def _is_same(installed: PackageState, locked: PackageState) -> bool:
    """Whether an installed package is the locked one; of one that Blender has installed only the version is known."""
    if installed.sha256:
        return installed.sha256 == locked.sha256
    return False


class LockedCandidate(Candidate):
    """A package of a lock file: its URL is that of the lock file."""

    @property
    def url(self) -> str:
        return str(self.entry["archive_url"])


def _entry(item: LockedExtension) -> dict[str, object]:
    return {
        "id": item.id,
        "version": item.state.version,
        "type": "",
        "archive_url": item.state.source,
        "archive_size": item.state.size,
        "archive_hash": f"sha256:{item.state.sha256}",
    }
