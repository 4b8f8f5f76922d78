"""Inventories of extensions that are only in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from textwrap import dedent
from typing import Any, BinaryIO

import pytest

from extery.inventory.model import Entry, Inventory
from extery.inventory.read import read_inventory
from extery.rules.context import FileInfo, RuleContext
from tests.analysis_in_process import analyze_here

TABLE = {"id": "gears", "version": "1.0.0", "type": "add-on", "blender_version_min": "4.2.0"}


def inventory_of(
    files: Mapping[str, str | bytes] | str, table: Mapping[str, Any] | None = None
) -> Inventory:
    """Return the inventory of files by name, or of an ``__init__.py`` with this text."""
    named = {"__init__.py": files} if isinstance(files, str) else files
    data = {
        name: dedent(text).encode() if isinstance(text, str) else text
        for name, text in named.items()
    }

    @contextmanager
    def open_file(name: str) -> Iterator[BinaryIO]:
        yield BytesIO(data[name])

    context = RuleContext(
        "gears",
        names=list(data),
        open_file=open_file,
        stat_file=lambda name: FileInfo(len(data[name]), 0, 0),
        table=TABLE | dict(table or {}),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("extery.inventory.read.analyze_all", analyze_here)
        return read_inventory(context)


def only(inventory: Inventory, kind: str) -> Entry:
    """Return the only entry of a kind."""
    (entry,) = inventory.of_kind(kind)
    return entry


def names(inventory: Inventory, kind: str) -> list[str]:
    """Return the names of the entries of a kind."""
    return [entry.name for entry in inventory.of_kind(kind)]
