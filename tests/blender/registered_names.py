"""Generates the table of names that Blenders register: ``python -m tests.blender.registered_names``.

It needs every Blender of `tests.blender.install`, and writes ``src/extery/rules/registered_names.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extery.rules.registered_names import DATA_FILE, NATIVE
from tests.blender.install import RELEASES, installed

_WORKER = Path(__file__).with_name("names_worker.py")


def run_worker(series: str) -> Any:
    """Return the JSON of ``names_worker.py``, run by the Blender of a series."""
    command = [installed(series).python, "-I", _WORKER]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return json.loads(done.stdout.splitlines()[-1])


def make_table(names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return kind -> owner -> Blenders -> names.

    The owner is ``""`` for Blender's scripts, `NATIVE` for operators written in C, or an add-on that Blender ships.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for series, kinds in names.items():
        own = {kind: set(items) for kind, items in kinds.items() if kind[0].isupper()}
        of_add_ons = {(kind, name): owner for kind, name, owner in kinds["add-ons"]}
        rows = {
            (kind, name, owner_of(kind, name, kinds))
            for kind, items in own.items()
            for name in items
        }
        rows = {row for row in rows if (row[0], row[1]) not in of_add_ons}  # some are enabled
        rows |= {(kind, name, owner) for (kind, name), owner in of_add_ons.items()}
        for row in sorted(rows):
            found.setdefault(row, []).append(series)
    table: dict[str, dict[str, dict[str, list[str]]]] = {}
    for (kind, name, owner), blenders in sorted(found.items()):
        groups = table.setdefault(kind, {}).setdefault(owner, {})
        groups.setdefault(" ".join(blenders), []).append(name)
    return {
        "blenders": list(names),
        "names": {
            kind: {
                owner: {blenders: " ".join(items) for blenders, items in sorted(groups.items())}
                for owner, groups in owners.items()
            }
            for kind, owners in table.items()
        },
    }


def owner_of(kind: str, name: str, kinds: Mapping[str, Any]) -> str:
    return NATIVE if kind == "Operator" and name in kinds["native"] else ""


def dump_table(table: Mapping[str, Any]) -> str:
    return json.dumps(table, indent=1) + "\n"


def main() -> int:
    """Write the table."""
    table = make_table({series: run_worker(series) for series in RELEASES})
    DATA_FILE.write_text(dump_table(table), encoding="utf-8")
    print(f"wrote {DATA_FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
