"""The life cycle as a diagram and a table, from the table of transitions. Run by cog."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "extery_site.project.settings")
django.setup()

from extery_site.catalog.lifecycle import STATUS_PRECEDENCE  # noqa: E402
from extery_site.catalog.models import Event, Extension, Version  # noqa: E402
from extery_site.catalog.transitions import TRANSITIONS, Role, Transition  # noqa: E402

_END = "Deleted"


def diagram() -> str:
    """Return the statuses of versions as a Mermaid diagram; each arrow has its event and who makes it."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'  state "{label}" as {value}' for value, label in Version.Status.choices]
    lines.append("  [*] --> draft: Package uploaded (owner)")
    for change in TRANSITIONS:
        # An arrow from a status to itself says nothing.
        if change.of is Version and change.target not in change.sources:
            lines += [f"  {arrow}" for arrow in _arrows(change)]
    return "\n".join([*lines, "```"]) + "\n"


def _arrows(change: Transition) -> list[str]:
    text = f"{_name(change)} ({_role(change.role)})"
    targets = [target for target in (change.target, change.target_if_unpublished) if target]
    return [
        f"{source} --> {target}: {text}"
        for source in sorted(change.sources)
        for target in targets or ["[*]"]
    ]


def precedence() -> str:
    """Return the statuses of extensions as a list: the first that any version has counts."""
    return (
        "\n".join(f"{number}. {status.label}" for number, status in enumerate(STATUS_PRECEDENCE, 1))
        + "\n"
    )


def table() -> str:
    """Return all transitions as a Markdown table."""
    lines = [
        "| What happens | Who | From | To | Own work | While the extension is blocked |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for change in TRANSITIONS:
        cells = [
            _name(change),
            _role(change.role),
            "; ".join(_labels(change.of, change.sources)),
            _target(change),
            "" if change.role is not Role.MODERATOR else _yes(change.allowed_for_own_work),
            "" if change.of is Extension else _yes(change.allowed_while_blocked),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _labels(of: type[Version] | type[Extension], values: frozenset[str]) -> list[str]:
    if values | {Extension.Status.BLOCKED} == set(Extension.Status.values):
        return ["any"]
    return [str(label) for value, label in of.Status.choices if value in values]


def _target(change: Transition) -> str:
    if change.target is None:
        return "as its versions" if change.of is Extension else _END
    labels = dict(change.of.Status.choices)
    text = str(labels[change.target])
    if change.target_if_unpublished:
        text += f" ({labels[change.target_if_unpublished]} if its owner had unpublished it)"
    return text


def _name(change: Transition) -> str:
    return str(Event.Kind(change.event).label)


def _role(role: Role) -> str:
    return {Role.SITE: "the site", Role.USER: "any user"}.get(role, role.value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
