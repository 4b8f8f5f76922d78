"""Progress events: lines of JSON on stderr while a command with --json runs.

`EVENTS` is the only description of them: `event_line` writes no other members, and docs/reference/output.md shows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple


class Event(NamedTuple):
    """An event: its meaning, and the meaning of each of its members."""

    meaning: str
    members: Mapping[str, str]


EVENTS: Mapping[str, Event] = {
    "item": Event(
        "The state of one extension or repository has changed.",
        {
            "name": "`repository.id`, or the name of a repository",
            "state": "`downloading`, `unpacking`, `done` or `failed`",
            "size": "bytes of its package; 0 for a repository",
        },
    ),
    "progress": Event(
        "How much is done: at most once a second, and when all is done.",
        {
            "done": "number of finished items",
            "of": "number of items",
            "received": "bytes that are there",
            "of_bytes": "bytes of all packages; 0 if they are not known",
            "rate": "bytes that were received per second, on average",
        },
    ),
    "waiting": Event(
        "Another process holds a lock, and the command waits for it.",
        {"holder": "what holds the lock"},
    ),
}


def event_line(event: str, /, **values: str | int) -> str:
    """Return an event as one line of JSON; raises `KeyError` unless the values are those of `EVENTS`."""
    members = EVENTS[event].members
    if values.keys() != members.keys():
        raise KeyError(f"{event} has {', '.join(members)}")
    return json.dumps({"event": event, **{name: values[name] for name in members}})
