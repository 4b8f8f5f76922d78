"""The entries of a conversation that a page shows: those of a long one by parts.

Rendering an entry takes one to two milliseconds, most of it for its Markdown, so a page with all of a
conversation of 500 would take a second. Its first and its last entries are always shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extery_site.catalog.models import Event, EventQuerySet
from extery_site.ui.row_keys import row_key

#: A conversation with more entries is shown by parts.
MAX_UNFOLDED = 30
SHOWN_FIRST, SHOWN_LAST = 3, 12
#: Entries of a part of the middle.
PART = 15


@dataclass(frozen=True)
class Conversation:
    """Entries in their order: the first ones, a part of the middle, the last ones.

    ``earlier`` and ``later`` entries before and after the part are left out. To show them, a link names
    the nearest one: ``earlier_entry`` and ``later_entry``.
    """

    first: list[Event]
    part: list[Event] = field(default_factory=list)
    last: list[Event] = field(default_factory=list)
    earlier: int = 0
    earlier_entry: int = 0
    later: int = 0
    later_entry: int = 0
    participants: int = 0
    #: The number of all entries.
    count: int = 0


def read_conversation(events: EventQuerySet, wanted: str) -> Conversation:
    """Return what a page shows of ``events``, in two queries.

    ``wanted`` is the key of an entry, whose part of the middle is shown; without one, no part is.
    """
    people = dict(events.values_list("pk", "by"))
    participants = len({by for by in people.values() if by is not None})
    keys = list(people)
    if len(keys) <= MAX_UNFOLDED:
        return Conversation(list(events), participants=participants, count=len(keys))
    first, middle, last = keys[:SHOWN_FIRST], keys[SHOWN_FIRST:-SHOWN_LAST], keys[-SHOWN_LAST:]
    start = end = len(middle)
    if (key := row_key(wanted)) in middle:
        start = middle.index(key) // PART * PART
        end = min(start + PART, len(middle))
    shown = events.in_bulk([*first, *middle[start:end], *last])
    return Conversation(
        first=[shown[key] for key in first if key in shown],
        part=[shown[key] for key in middle[start:end] if key in shown],
        last=[shown[key] for key in last if key in shown],
        earlier=start,
        earlier_entry=middle[start - 1] if start else 0,
        later=len(middle) - end,
        later_entry=middle[end] if end < len(middle) else 0,
        participants=participants,
        count=len(keys),
    )
