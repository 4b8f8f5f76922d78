"""``extery bundle``: put a lock file and its packages into one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, quiet_option
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.lock_file import LockedExtension, LockFile
    from extery.fetch import Fetcher


@click.command(
    "bundle", cls=OutcomeCommand, project_folder=None, on_failure="No bundle was written."
)
@click.argument("to", metavar="PATH", type=LocalPath(readable=False))
@click.option(
    "--lock",
    "lock_path",
    metavar="FILE",
    type=LocalPath(),
    help="A lock file, instead of what is installed.",
)
@offline_option
@target_options
@quiet_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    to: Path,
    *,
    lock_path: Path | None,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Put a lock file and its packages into one file, to install without a network.

    PATH is a zip if its name ends in .zip, else a new folder. 'extery restore PATH --offline' installs from it on a machine without a network.
    """
    from extery.cli.client_run import all_versions_finder
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.target_options import one_target
    from extery.cli.terminal import printable
    from extery.client.bundle import write_bundle
    from extery.client.index.queries import candidates
    from extery.client.lock_file import read_lock_file
    from extery.client.locking import lock_target
    from extery.client.network import open_network
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder
    from extery.core.errors import ProblemList
    from extery.core.files import format_size

    problems = ProblemList()
    if lock_path is not None:
        lock = read_lock_file(lock_path)
    else:
        lock, problems = lock_target(
            one_target(targets_of(blender, folder)),
            find=candidates,
            find_all_versions=all_versions_finder(offline=offline),
        )
    network = open_network(offline=offline)
    urls = {repository.name: repository.url for repository in lock.repositories}

    def make_fetcher(repository: str) -> Fetcher:
        return network.fetcher(urls[repository])

    with _progress(lock) as (on_package, on_progress):
        write_bundle(
            lock,
            to,
            store=Store(cache_folder()),
            make_fetcher=make_fetcher,
            on_package=on_package,
            on_progress=on_progress,
        )
    files = [to] if to.is_file() else [path for path in to.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return Outcome(
        ok=not problems.errors,
        summary=f"Bundled {pluralize(len(lock.extensions), 'extension')} in {printable(str(to))}, {format_size(size)}.",
        problems=prefix_problems(problems),
        data={"path": str(to), "extensions": [item.name for item in sorted(lock.extensions)]},
    )


@contextmanager
def _progress(
    lock: LockFile,
) -> Iterator[tuple[Callable[[LockedExtension, str], None], Callable[[int], None]]]:
    """Show the progress of a bundle: yield the functions to call with a package and with received bytes."""
    from extery.cli.output.run_progress import RunProgress

    total = sum(item.state.size for item in lock.extensions)
    done: list[LockedExtension] = []
    fetched = partly = 0
    with RunProgress("Bundling", "package") as shown:

        def on_package(item: LockedExtension, state: str) -> None:
            nonlocal partly
            shown.changed(item.name, state, size=item.state.size)
            partly = 0
            if state == "done":
                done.append(item)
            on_progress(0)

        def on_progress(size: int) -> None:
            nonlocal fetched, partly
            fetched += size
            partly += size
            received = sum(item.state.size for item in done) + partly
            shown.update(
                len(done),
                len(lock.extensions),
                received=received,
                of_bytes=total,
                fetched=fetched,
            )

        yield on_package, on_progress
