"""Run the plans of a command in all of its targets, with progress and the outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from extery.cli.changes import own_files_notes, result_outcome
from extery.cli.each_target import for_each, print_wait

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.execute import MakeFetcher, Progress, Result
    from extery.client.plan import Plan
    from extery.client.targets import Target


def run_plans(
    targets: Sequence[Target],
    make_plan: Callable[[Target], Plan],
    command: str,
    *,
    is_dry: bool,
    offline: bool,
) -> Outcome:
    """Plan in each target, carry all plans out as one, and return the outcome."""
    planned = for_each(targets, make_plan)
    plans = planned.done
    if is_dry or not any(plan.changes for _, plan in plans):
        return result_outcome(plans, None, is_dry=is_dry, problems=planned.problems)
    result = _execute([plan for _, plan in plans], command, offline=offline)
    notes = [
        note
        for target, operation in result.operations
        for note in own_files_notes(target, operation)
    ]
    return result_outcome(plans, result, is_dry=False, notes=notes, problems=planned.problems)


def fetcher_factory(*, offline: bool) -> MakeFetcher:
    """Return the function that makes the fetcher for a repository."""
    from extery.client.network import open_network

    network = open_network(offline=offline)
    return lambda repository, target: network.fetcher(repository.url, target)


def _execute(plans: Sequence[Plan], command: str, *, offline: bool) -> Result:
    from extery.cli.output.progress import ProgressBar
    from extery.client.execute import execute
    from extery.client.plan import Plan
    from extery.client.store import Store, cache_folder
    from extery.core.files import format_size

    with ProgressBar(command.capitalize()) as bar:

        def on_progress(progress: Progress) -> None:
            if bar.is_shown:
                sizes = f"{format_size(progress.received)} of {format_size(progress.of_bytes)}"
                detail = f"{progress.packages} of {progress.of_packages} packages, {sizes}"
                bar.update(progress.received, progress.of_bytes, detail)

        return execute(
            Plan([change for plan in plans for change in plan.changes]),
            command,
            store=Store(cache_folder()),
            make_fetcher=fetcher_factory(offline=offline),
            on_progress=on_progress,
            on_wait=print_wait,
        )
