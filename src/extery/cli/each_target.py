"""Do the work of a command for each of its targets: a target that fails does not spoil the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from extery.core.errors import ExteryError, Problem

if TYPE_CHECKING:
    from extery.cli.output import PrefixedProblem
    from extery.client.targets import Target

Result = TypeVar("Result")


class Results(NamedTuple, Generic[Result]):
    """The result for each target that did not fail, and the problems of the others; ``several`` were asked for."""

    done: list[tuple[Target, Result]]
    problems: list[Problem]
    several: bool = False

    @property
    def ok(self) -> bool:
        return not any(problem.is_error for problem in self.problems)

    @property
    def prefixed(self) -> list[PrefixedProblem]:
        from extery.cli.output import prefix_problems

        return prefix_problems(self.problems)


def for_each(targets: Iterable[Target], action: Callable[[Target], Result]) -> Results[Result]:
    """Call ``action`` for each target."""
    chosen = [*targets]
    results: Results[Result] = Results([], [], len(chosen) > 1)
    for target in chosen:
        try:
            results.done.append((target, action(target)))
        except ExteryError as error:
            # The same problem in several targets is one for the user.
            results.problems.extend(p for p in error.problems if p not in results.problems)
    return results


def grouped_lines(
    groups: Sequence[tuple[Target, Sequence[str]]], *, empty: str = "", several: bool = False
) -> list[str]:
    """Return lines with a heading for each target if there are several, or with ``several`` for a single one too.

    ``empty`` stands behind the heading of one without lines, which is left out without it, as all are if none has lines.
    """
    if len(groups) == 1 and not several:
        return list(groups[0][1])
    found: list[str] = []
    for target, lines in groups:
        if lines:
            found += [f"{target}:", *(f"  {line}".rstrip() for line in lines)]
        elif empty:
            found.append(f"{target}: {empty}")
    return found if any(lines for _, lines in groups) else []


def target_data(target: Target, **data: Any) -> Mapping[str, Any]:
    """Return the JSON of what a command has done in a target."""
    from extery.core.versions import format_series

    return {"blender": format_series(target.series), "folder": str(target.folder), **data}


def names_of(targets: Iterable[Target]) -> str:
    """Return ``Blender 4.2, 5.0 and 5.3``; empty without targets."""
    first, *others = [*map(str, targets)] or [""]
    numbers = [name.removeprefix("Blender ") for name in others]
    if not numbers:
        return first
    return f"{', '.join([first, *numbers[:-1]])} and {numbers[-1]}"


def print_wait(holder: str) -> None:
    """Print that another process is waited for."""
    from extery.cli.output.run_progress import report_wait

    report_wait(holder)
