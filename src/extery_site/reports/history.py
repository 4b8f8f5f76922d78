"""The history of a case as the page shows it: one item an entry, further reports of the start together."""

from __future__ import annotations

from dataclasses import dataclass, field

from extery_site.reports.models import Case, CaseEntry

_Kind = CaseEntry.Kind

#: Icon, colour and audience of an entry.
ICONS = {
    _Kind.REPORTED: "flag",
    _Kind.ADDED: "flag",
    _Kind.WITHDRAWN: "back",
    _Kind.CLAIMED: "hand",
    _Kind.RELEASED: "hand",
    _Kind.NOTE: "lock",
    _Kind.ASKED_REPORTERS: "mail",
    _Kind.ASKED_PERSON: "mail",
    _Kind.ANSWERED: "chat",
    _Kind.RESOLVED: "check",
    _Kind.DISMISSED: "cross",
    _Kind.REOPENED: "history",
    _Kind.APPEALED: "flag",
    _Kind.HIDDEN: "eye-off",
    _Kind.PROFILE_HIDDEN: "eye-off",
}


@dataclass
class Item:
    """An entry with the reports that follow it directly."""

    entry: CaseEntry
    more: list[CaseEntry] = field(default_factory=list)

    @property
    def icon(self) -> str:
        return ICONS.get(_Kind(self.entry.kind), "circle")


def history_of(case: Case) -> list[Item]:
    """Return the history of a case, oldest first, in one query."""
    items: list[Item] = []
    for entry in case.entries.select_related("by", "report"):
        last = items[-1] if items else None
        reported = entry.kind == _Kind.REPORTED
        if last is not None and reported and last.entry.kind == _Kind.REPORTED:
            last.more.append(entry)
        else:
            items.append(Item(entry))
    return items
