"""Compares inventories with what real Blenders register: ``python -m tests.blender.inventory_truth``.

For each add-on that a Blender ships, precision and recall of each kind of thing that can be listed in Blender.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from extery.author.inspect import inspect_path
from extery.inventory.classes import operator_name
from extery.inventory.model import Entry, Inventory
from tests.blender.install import ENDS, installed

_WORKER = Path(__file__).with_name("inventory_worker.py")
Name = tuple[str, ...]


class Score(NamedTuple):
    """What both know, what only the inventory has, and what only Blender has: with the names of the add-ons."""

    both: set[Name]
    wrong: set[Name]
    missed: set[Name]

    @property
    def precision(self) -> float:
        return len(self.both) / max(1, len(self.both) + len(self.wrong))

    @property
    def recall(self) -> float:
        return len(self.both) / max(1, len(self.both) + len(self.missed))


def run_worker(series: str) -> Any:
    """Return the JSON of ``inventory_worker.py``, run by the Blender of a series."""
    command = [installed(series).python, "-I", _WORKER]
    with TemporaryDirectory() as folder:  # nothing of the user's, and nothing kept
        environment = os.environ | {"BLENDER_USER_RESOURCES": folder}
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=300, env=environment
        )
    return json.loads(done.stdout.splitlines()[-1])


class FieldScore(NamedTuple):
    """How many fields are equal and how many are computed, and those that differ."""

    equal: int
    computed: int
    wrong: list[str]


class Comparison:
    """The inventories of the add-ons of a Blender beside what it registers."""

    def __init__(self, series: str, without: Collection[str] = ()) -> None:
        self.truth = run_worker(series)
        for add_on in without:
            self.truth["add_ons"].pop(add_on, None)
            self.truth["fields"].pop(add_on, None)
        self.inventories: dict[str, Inventory] = {}
        for add_on in self.truth["add_ons"]:
            inventory = inspect_path(Path(self.truth["folder"], add_on)).inventory
            assert inventory is not None
            self.inventories[add_on] = inventory


def scores(comparison: Comparison) -> dict[str, Score]:
    """Return the score of each kind of which Blender or an inventory has something."""
    found: dict[str, Score] = {}
    for add_on, kinds in comparison.truth["add_ons"].items():
        inventory = comparison.inventories[add_on]
        for kind, names in kinds.items():
            expected = {(add_on, *_as_named(kind, name)) for name in names["added"]}
            # What was there before cannot be seen to be added: left by an add-on that is enabled from the start.
            before = {(add_on, *_as_named(kind, name)) for name in names["before"]}
            actual = {(add_on, *name) for name in _names(inventory, kind)} - before
            score = found.setdefault(kind, Score(set(), set(), set()))
            score.both.update(expected & actual)
            score.wrong.update(actual - expected)
            score.missed.update(expected - actual)
    return {kind: score for kind, score in found.items() if any(score)}


def field_scores(comparison: Comparison) -> dict[str, FieldScore]:
    """Return how the fields of registered classes compare, by ``kind.field``."""
    found: dict[str, FieldScore] = {}
    for add_on, kinds in comparison.truth["fields"].items():
        for kind, expected in kinds.items():
            named = {_as_named(kind, [name])[0]: fields for name, fields in expected.items()}
            for entry in comparison.inventories[add_on].of_kind(kind):
                for field, value in named.get(entry.name, {}).items():
                    key = f"{kind}.{field}"
                    score = found.get(key, FieldScore(0, 0, []))
                    actual = entry.fields[field]
                    is_equal = actual is not None and str(actual)[:300] == str(value)[:300]
                    if actual is not None and not is_equal:
                        score.wrong.append(f"{add_on} {entry.name}: {actual!r}, not {value!r}")
                    found[key] = score._replace(
                        equal=score.equal + is_equal, computed=score.computed + (actual is None)
                    )
    return found


def _as_named(kind: str, name: list[str]) -> list[str]:
    return [operator_name(name[0])] if kind == "operators" else name


def _names(inventory: Inventory, kind: str) -> Iterator[Name]:
    for entry in inventory.of_kind(kind):
        if entry.registered != "no" and entry.name:
            yield _name(entry)


def _name(entry: Entry) -> Name:
    fields = {name: str(value) for name, value in entry.fields.items()}
    if entry.kind == "keymaps":
        return fields["keymap"], entry.name, fields["key"]
    if entry.kind in ("menu_additions", "handlers"):
        return entry.name, fields["function"].rpartition(".")[2]
    return (entry.name,)


def main() -> int:
    """Print the table, and the names that differ."""
    for series in sys.argv[1:] or ENDS:
        print(f"Blender {series}")
        comparison = Comparison(series)
        for key, fields in field_scores(comparison).items():
            print(f"  {key:16} equal {fields.equal:4} computed {fields.computed:3}")
            for text in fields.wrong:
                print(f"    differs: {text}")
        for kind, score in sorted(scores(comparison).items()):
            number = len(score.both) + len(score.missed)
            print(
                f"  {kind:16} {number:4} precision {score.precision:.3f} recall {score.recall:.3f}"
            )
            for title, names in (("wrong", score.wrong), ("missed", score.missed)):
                for name in sorted(names):
                    print(f"    {title}: {' '.join(name)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
