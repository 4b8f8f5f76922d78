"""The work of ``extery pin`` and ``extery unpin``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from extery.cli.each_target import for_each, grouped_lines, print_wait, target_data
from extery.client.named import find_one
from extery.client.records import find_installed, store_hold
from extery.client.requirements import Requirement
from extery.client.transaction import target_lock
from extery.core.errors import ExteryError, Problem

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.targets import Target


class Pinned(NamedTuple):
    """The pins of a target: name -> the versions now, and before. Both are empty without a pin."""

    pins: dict[str, tuple[str, str]]
    problems: list[Problem]


def change_pins(targets: Sequence[Target], texts: Sequence[str], *, is_removal: bool) -> Outcome:
    """Pin the extensions named by ``texts`` in all targets, or remove their pins; one that fails does not stop the others."""
    from extery.cli.output import Outcome, prefix_problems

    requirements = [Requirement.parse(text) for text in texts]

    def change(target: Target) -> Pinned:
        result = Pinned({}, [])
        with target_lock(target, "extery pin", on_wait=print_wait):
            installed = [*find_installed(target)]
            for requirement in requirements:
                try:
                    item = find_one(target, requirement, installed)
                except ExteryError as error:
                    result.problems.extend(error.problems)
                    continue
                versions = ",".join(map(str, requirement.comparisons))
                pin = "" if is_removal else versions or f"=={item.state.version}"
                result.pins[item.name] = (pin, item.held)
                store_hold(target, item, pin)
        return result

    results = for_each(targets, change)
    problems = [*results.problems, *(p for _, result in results.done for p in result.problems)]
    groups = [(target, result.pins) for target, result in results.done]
    return Outcome(
        ok=not any(problem.is_error for problem in problems),
        summary=_summary([pin for _, pins in groups for pin in pins.values()], is_removal),
        problems=prefix_problems(dict.fromkeys(problems)),
        lines=grouped_lines(
            [(target, [_line(name, *pin) for name, pin in pins.items()]) for target, pins in groups]
        ),
        data={
            "targets": [
                target_data(target, pins={name: pin for name, (pin, _) in pins.items()})
                for target, pins in groups
            ]
        },
    )


def _line(name: str, pin: str, before: str) -> str:
    if pin:
        return f"pinned {name} to {pin}"
    return f"unpinned {name}" if before else f"{name} was not pinned"


def _summary(pins: Sequence[tuple[str, str]], is_removal: bool) -> str:
    from extery.cli.output import pluralize

    changed = sum(bool(before if is_removal else pin) for pin, before in pins)
    verb = "Unpinned" if is_removal else "Pinned"
    return f"{verb} {pluralize(changed, 'extension')}." if changed else "Nothing was changed."
