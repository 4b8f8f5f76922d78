"""What ``extery repo import`` and ``extery repo export`` print about repositories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extery.cli.terminal import printable
from extery.client.blender_repositories import Change


def change_lines(changes: Iterable[Change]) -> list[str]:
    """Return a line for each repository."""
    items = list(changes)
    width = max((len(item.name) for item in items), default=0)
    return [
        printable(f"{item.name:<{width}}  {item.change:<7}  {item.url or 'local'}")
        for item in items
    ]


def change_data(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the JSON of repositories."""
    return [item._asdict() for item in changes]
