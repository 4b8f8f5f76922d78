"""``python -m tests.differential KIND --seconds N --seed S``: compare mutated inputs with real Blenders."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from tests.differential.kinds import COMPARISONS
from tests.differential.runs import VERSIONS, Statistics, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("kind", choices=[*COMPARISONS, "all"])
    parser.add_argument("--seconds", type=float, default=60, help="for each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blender", action="append", choices=VERSIONS, help="default: all")
    parser.add_argument("--findings", type=Path, default=Path("differential-findings"))
    parser.add_argument("--again", type=Path, help="compare the files of this folder instead")
    parser.add_argument("--show", type=int, default=20, help="how many disagreements to print")
    chosen = parser.parse_args()
    os.environ["EXTERY_REQUIRE"] = "blender"
    versions = chosen.blender or VERSIONS
    failed = False
    for kind, comparison in COMPARISONS.items():
        if chosen.kind not in (kind, "all"):
            continue
        try:
            if chosen.again:
                files = sorted(path for path in chosen.again.iterdir() if path.is_file())
                batch = [path.read_bytes() for path in files]
                found = list(comparison.compare(batch, versions))
                lines = [
                    f"{files[n].name}, Blender {version}: {text}" for n, version, text in found
                ]
                statistics = Statistics(kind, 0, versions, len(batch), lines=lines)
                statistics.disagreements.update(version for _, version, _ in found)
            else:
                statistics = run(
                    comparison,
                    seed=chosen.seed,
                    seconds=chosen.seconds,
                    versions=versions,
                    findings=chosen.findings,
                )
        except pytest.fail.Exception as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        print(*statistics.lines[: chosen.show], sep="\n")
        print(statistics, flush=True)
        failed |= bool(statistics.lines)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
