"""Run the plans of a command in all of its targets, with progress and the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from extery.cli.change_outcomes import Words, result_outcome
from extery.cli.changes import own_files_notes
from extery.cli.each_target import for_each, print_wait
from extery.core.errors import ExteryError, Problem

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.choice import FindAllVersions, FoundVersions
    from extery.client.execute import Result
    from extery.client.execute_progress import Progress
    from extery.client.network import Network
    from extery.client.package_jobs import MakeFetcher
    from extery.client.plan import Plan
    from extery.client.repositories import Repository
    from extery.client.targets import Target


#: Command -> the title of its progress.
_TITLES = {
    "audit": "Removing",
    "install": "Installing",
    "remove": "Removing",
    "repair": "Repairing",
    "restore": "Restoring",
    "update": "Updating",
}


def check_updates(targets: Sequence[Target], *, offline: bool) -> list[Problem]:
    """Sync the targets whose listings are old, if setting and network allow it; return a warning for each failure."""
    from extery.client.update_check import is_old, may_check

    old = [target for target in targets if is_old(target)]
    if not old:
        return []
    from extery.client.network import open_network

    network = open_network(offline=offline)
    due = [target for target in old if may_check(target, network)]
    if not due:
        return []
    return [
        Problem.of("sync.check-failed", reason=problem.message) if problem.is_error else problem
        for problem in sync_first(due, is_wanted=True, offline=offline)
    ]


def sync_first(targets: Sequence[Target], *, is_wanted: bool, offline: bool) -> list[Problem]:
    """Sync the targets if it is wanted, or those with a repository that was never synced; return the problems."""
    chosen = [target for target in targets if is_wanted or _has_unsynced(target)]
    if not chosen or (offline and not is_wanted):
        return []
    from extery.cli.output.run_progress import RunProgress
    from extery.client.network import open_network
    from extery.client.sync import sync

    with RunProgress("Syncing", "repository") as progress:
        results = sync(
            chosen,
            fetcher_for=open_network(offline=offline).fetcher,
            on_done=progress.finish,
            on_wait=print_wait,
        )
    return [problem for result in results for problem in result.all_problems]


def _has_unsynced(target: Target) -> bool:
    from extery.client.index.database import unsynced_repositories

    try:
        return bool(unsynced_repositories(target))
    except ExteryError:  # the plan reports it
        return False


def run_plans(
    targets: Sequence[Target],
    make_plan: Callable[[Target], Plan],
    command: str,
    *,
    is_dry: bool,
    offline: bool,
    problems: Sequence[Problem] = (),
    words: Words = Words(),
) -> Outcome:
    """Plan in each target, carry all plans out as one, and return the outcome.

    ``problems`` were found before, and are reported first.
    """
    planned = for_each(targets, make_plan)
    plans, found = planned.done, [*problems, *planned.problems]
    if is_dry:
        unknown = _compare_wheels(plans, offline=offline)
        return result_outcome(
            plans, None, words=words, is_dry=True, problems=found, wheels_unknown=unknown
        )
    if not any(plan.changes for _, plan in plans):
        return result_outcome(plans, None, words=words, is_dry=False, problems=found)
    result = _execute([plan for _, plan in plans], command, offline=offline)
    notes = [
        note
        for target, operation in result.operations
        for note in own_files_notes(target, operation)
    ]
    return result_outcome(plans, result, words=words, is_dry=False, notes=notes, problems=found)


def _compare_wheels(
    plans: Sequence[tuple[Target, Plan]], *, offline: bool
) -> dict[Target, list[str]]:
    """Add the conflicts of wheels to the plans; return the extensions whose wheels are not known, by target."""
    from extery.client.planned_wheels import find_planned_conflicts
    from extery.client.records import find_installed
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    store, make_fetcher = Store(cache_folder()), fetcher_factory(offline=offline)
    unknown = {}
    for target, plan in plans:
        if any(change.candidate for change in plan.changes):
            found = find_planned_conflicts(
                plan.changes,
                [*find_installed(target)],
                store=store,
                make_fetcher=make_fetcher,
            )
            plan.problems.extend(found.problems)
            unknown[target] = found.unknown
    return unknown


def all_versions_finder(*, offline: bool) -> FindAllVersions:
    """Return the function that asks repositories for versions which they do not list."""
    from extery.client.choice import find_no_versions

    def find(target: Target, wanted: Iterable[tuple[Repository, str]]) -> FoundVersions:
        asked = [*wanted]
        if not asked:
            return find_no_versions(target, asked)
        # Imported here: hardly any plan asks, and the HTTP library takes long to load.
        from extery.client.all_versions import find_all_versions
        from extery.client.network import open_network

        return find_all_versions(target, asked, fetcher_for=open_network(offline=offline).fetcher)

    return find


def fetcher_factory(*, offline: bool) -> MakeFetcher:
    """Return the function that makes the fetcher for a repository; the network is opened when one is made."""
    from extery.client.package_jobs import MAX_CONCURRENT

    @cache
    def network() -> Network:
        from extery.client.network import open_network

        return open_network(offline=offline)

    return lambda repository, target: network().fetcher(
        repository.url, target, connections=MAX_CONCURRENT
    )


def _execute(plans: Sequence[Plan], command: str, *, offline: bool) -> Result:
    from extery.cli.output.run_progress import RunProgress
    from extery.client.execute import execute
    from extery.client.plan import Plan
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    states: dict[str, str] = {}
    with RunProgress(_TITLES[command], "package") as shown:

        def on_progress(progress: Progress) -> None:
            name, state, received, size = progress.item
            if states.get(name) != state:
                states[name] = state
                shown.changed(name, state, size=size)
            else:
                shown.item(name, state, received=received, size=size)
            shown.update(
                progress.packages,
                progress.of_packages,
                received=progress.received,
                of_bytes=progress.of_bytes,
                fetched=progress.fetched,
            )

        return execute(
            Plan([change for plan in plans for change in plan.changes]),
            command,
            store=Store(cache_folder()),
            make_fetcher=fetcher_factory(offline=offline),
            on_progress=on_progress,
            on_wait=print_wait,
        )
