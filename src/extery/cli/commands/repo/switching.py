"""What ``extery repo enable`` and ``extery repo disable`` have in common."""

from __future__ import annotations

from collections.abc import Sequence

from extery.cli.each_target import for_each, names_of, print_wait, target_data
from extery.cli.output import Outcome
from extery.client.repository_changes import enable_repositories
from extery.client.targets import Target


def switch_repositories(
    targets: Sequence[Target], names: Sequence[str], *, enabled: bool
) -> Outcome:
    """Enable or disable repositories of all targets."""
    results = for_each(
        targets,
        lambda target: [
            item.name
            for item in enable_repositories(target, names, enabled=enabled, on_wait=print_wait)
        ],
    )
    verb = "Enabled" if enabled else "Disabled"
    changed = sorted({name for _, items in results.done for name in items})
    if changed:
        summary = f"{verb} {', '.join(changed)} for {names_of(t for t, _ in results.done)}."
    elif results.ok:
        summary = f"Nothing to do: {', '.join(names)} {'is' if len(names) == 1 else 'are'} {verb.lower()}."
    else:
        summary = "Nothing was changed."
    data = [target_data(target, changed=items) for target, items in results.done]
    return Outcome(results.ok, summary, results.prefixed, data={"targets": data})
