"""The work of ``extery pin`` and ``extery unpin``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from extery.cli.each_target import for_each, grouped_lines, print_wait, target_data
from extery.client.named import find_one
from extery.client.records import find_installed, store_hold
from extery.client.requirements import Requirement
from extery.client.transaction import target_lock

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.targets import Target


def change_pins(targets: Sequence[Target], texts: Sequence[str], *, is_removal: bool) -> Outcome:
    """Pin the extensions named by ``texts`` in all targets, or remove their pins."""
    from extery.cli.output import Outcome, pluralize

    requirements = [Requirement.parse(text) for text in texts]

    def change(target: Target) -> dict[str, str]:
        pins = {}
        with target_lock(target, "extery pin", on_wait=print_wait):
            installed = [*find_installed(target)]
            found = [(find_one(target, item, installed), item) for item in requirements]
            for item, requirement in found:
                versions = ",".join(map(str, requirement.comparisons))
                pin = versions or f"=={item.state.version}"
                pins[item.name] = "" if is_removal else pin
                store_hold(target, item, pins[item.name])
        return pins

    results = for_each(targets, change)
    verb = "Unpinned" if is_removal else "Pinned"
    return Outcome(
        ok=results.ok,
        summary=f"{verb} {pluralize(sum(len(pins) for _, pins in results.done), 'extension')}.",
        problems=results.prefixed,
        lines=grouped_lines(
            [
                (target, [f"{name}: {pin or 'not pinned'}" for name, pin in pins.items()])
                for target, pins in results.done
            ]
        ),
        data={"targets": [target_data(target, pins=pins) for target, pins in results.done]},
    )
