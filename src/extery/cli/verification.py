"""The work of ``extery verify``, and of ``extery repair`` before it mends anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from extery.cli.each_target import Results, for_each, grouped_lines, target_data
from extery.client.named import find_one
from extery.client.records import find_installed
from extery.client.requirements import Requirement
from extery.client.verify import Verified, verify

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.targets import Target
    from extery.core.errors import Problem

_MAX_NAMES = 5


def verified_in(target: Target, names: Sequence[str], *, offline: bool) -> list[Verified]:
    """Verify the extensions ``names`` of a target, by default all of remote repositories or installed by Extery."""
    from extery.cli.client_run import fetcher_factory
    from extery.client.index.queries import candidates
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    installed = [*find_installed(target)]
    if names:
        chosen = [find_one(target, Requirement.parse(name), installed) for name in names]
    else:
        chosen = [item for item in installed if item.repository.is_remote or item.state.sha256]
    return verify(
        target,
        chosen,
        store=Store(cache_folder()),
        find=candidates,
        make_fetcher=fetcher_factory(offline=offline),
    )


def verify_targets(
    targets: Sequence[Target], names: Sequence[str], *, offline: bool
) -> Results[list[Verified]]:
    """Verify extensions in all targets."""
    return for_each(targets, lambda target: verified_in(target, names, offline=offline))


def verify_outcome(results: Results[list[Verified]]) -> Outcome:
    """Return the outcome of ``extery verify``."""
    from extery.cli.output import Outcome, prefix_problems
    from extery.cli.terminal import printable

    everything = [item for _, found in results.done for item in found]
    problems = [*results.problems]
    for item in everything:
        problems += item.error.problems if item.error else ()
    damaged = any(not item.is_intact for item in everything)
    different = any(not item.is_intact and item.error is None for item in everything)
    return Outcome(
        ok=results.ok and not damaged,
        summary=_summary(everything, results.problems),
        problems=prefix_problems(problems),
        notes=["to mend what differs: extery repair"] if different else (),
        lines=grouped_lines(
            [
                (target, [printable(line) for item in found for line in _lines(item)])
                for target, found in results.done
            ]
        ),
        data={
            "targets": [
                target_data(target, extensions=[_data(item) for item in found])
                for target, found in results.done
            ]
        },
    )


def _summary(everything: Sequence[Verified], problems: Sequence[Problem]) -> str:
    from extery.cli.output import pluralize

    if not everything and problems:
        return "Nothing was verified."
    failed = sum(item.error is not None for item in everything)
    different = sum(not item.is_intact for item in everything) - failed
    parts = [f"{different} {'differs' if different == 1 else 'differ'}"] if different else []
    parts += [f"{failed} cannot be compared"] if failed else []
    text = f"Verified {pluralize(len(everything), 'extension')}"
    return f"{', '.join([text, *parts])}."


def _lines(item: Verified) -> Iterator[str]:
    if item.error is not None:
        return
    state = "intact" if item.is_intact else "differs from its package"
    yield f"{item.installed.name} {item.installed.state.version}: {state}"
    for label, names in item.differences._asdict().items():
        if names:
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            yield f"    {label}: {', '.join(names[:_MAX_NAMES])}{more}"


def _data(item: Verified) -> dict[str, object]:
    return {
        "name": item.installed.name,
        "version": item.installed.state.version,
        "intact": item.is_intact,
        "error": item.error.code if item.error else None,
        **{label: list(names) for label, names in item.differences._asdict().items()},
    }
