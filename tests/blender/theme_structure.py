"""Generates the table of what each Blender reads in a theme's file: ``python -m tests.blender.theme_structure``.

It needs every Blender of `tests.blender.install`, and writes ``src/extery/package/theme_structure.json``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from extery.blenders.releases import RELEASES
from extery.package.theme_structure import DATA_FILE
from tests.blender.install import installed

_WORKER = Path(__file__).with_name("theme_types.py")


def run_worker(series: str, paths: Iterable[Path] = ()) -> Any:
    """Return the JSON of ``theme_types.py``, run by the Blender of a series."""
    command = [installed(series).python, "-I", _WORKER, *paths]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return json.loads(done.stdout.splitlines()[-1])


def make_table(structures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of the Blenders' structures: what several have in common is written once."""
    allowed: dict[str, list[str]] = {}
    types: dict[str, dict[str, list[str]]] = {}
    for series, structure in structures.items():
        for name in structure["allowed"]:
            allowed.setdefault(name, []).append(series)
        for type_, members in structure["types"].items():
            for name, kind in members.items():
                types.setdefault(type_, {}).setdefault(f"{name}:{kind}", []).append(series)
    return {
        "blenders": list(structures),
        "allowed": _by_blenders(allowed),
        "types": {name: _by_blenders(members) for name, members in sorted(types.items())},
    }


def _by_blenders(items: Mapping[str, list[str]]) -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for item, blenders in items.items():
        groups.setdefault(" ".join(blenders), []).append(item)
    return {blenders: " ".join(names) for blenders, names in sorted(groups.items())}


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
