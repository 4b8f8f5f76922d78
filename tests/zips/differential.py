"""The differential test: every reader unpacks what we list, or we refuse the zip.

``python -m tests.zips.differential --count 5000 --seed 1`` is a long run with statistics; the tests run a few
hundred. A zip on which readers differ is kept in a folder, with what was done to it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import pytest

from tests.samples.packages import PACKAGES
from tests.zips.mutations import Mutant, every_field, mutants
from tests.zips.names import spelled
from tests.zips.oracles import Outcome, unpack_accepted
from tests.zips.seeds import UNUSUAL, seeds
from tests.zips.unzip_names import expected_tree

BATCH = 250
"""Zips for which all outcomes are in memory at once."""

# unzip's status for an unsupported compression: LZMA, which all Pythons support.
_UNZIP_CANNOT = "81:"


@dataclass(frozen=True)
class Difference:
    """A zip that a reader unpacks differently from our list."""

    label: str
    oracle: str
    text: str
    kept: str = ""

    def __str__(self) -> str:
        return f"{self.label}\n  {self.oracle}: {self.text}" + (
            f"\n  {self.kept}" if self.kept else ""
        )


@dataclass
class Statistics:
    """Statistics of a run."""

    inputs: int = 0
    accepted: int = 0
    benign: int = 0
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    """How many zips were refused, by the code of the first error."""
    benign_refused: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.inputs} zips in {self.seconds:.0f} s",
            f"accepted {self.accepted}, refused {self.refused.total()}, differences {len(self.differences)}",
            f"benign: {self.benign}, of which refused: {len(self.benign_refused)}",
            *(f"  {label}" for label in self.benign_refused[:20]),
            *(f"  refused {count:6} {code}" for code, count in self.refused.most_common()),
        ]
        by_oracle = Counter(difference.oracle for difference in self.differences)
        lines += [f"  differs {count:6} {oracle}" for oracle, count in by_oracle.most_common()]
        return "\n".join(lines)


FOUND = Path(__file__).with_name("found")
"""Earlier findings: zips that a reader unpacked differently. The file name describes the mutation."""


def samples() -> Iterator[Mutant]:
    """Return named zips: seeds, samples with one problem each, findings, each spelling of a name."""
    for path in sorted(FOUND.glob("*.zip")):
        yield Mutant(f"found: {path.stem}", path.read_bytes())
    for name, data in seeds().items():
        yield Mutant(f"seed: {name}", data, benign=name not in UNUSUAL)
    for name, make in PACKAGES.items():
        yield Mutant(f"sample: {name}", make())
    for label, data in spelled(seeds()["python"]):
        yield Mutant(f"spelling: {label}", data)


def run(zips: Iterable[Mutant], failures: Path, *, progress: bool = False) -> Statistics:
    """Compare all readers on all zips; each zip on which they differ is written into ``failures``."""
    statistics, started = Statistics(), time.monotonic()
    waiting = iter(zips)
    while batch := list(islice(waiting, BATCH)):
        with tempfile.TemporaryDirectory() as folder:
            for number, mutant in enumerate(batch):
                Path(folder, f"{number:04}.zip").write_bytes(mutant.data)
            outcomes = unpack_accepted(Path(folder))
        for number, mutant in enumerate(batch):
            name = f"{number:04}.zip"
            of_zip = {each: answers[name] for each, answers in outcomes.items() if name in answers}
            _count(statistics, mutant, of_zip, failures)
        statistics.seconds = time.monotonic() - started
        if progress:
            print(
                f"{statistics.inputs}: {len(statistics.differences)} differences", file=sys.stderr
            )
    return statistics


def _count(
    statistics: Statistics, mutant: Mutant, outcomes: dict[str, Outcome], failures: Path
) -> None:
    ours = outcomes["ours 3.11"]
    statistics.inputs += 1
    statistics.benign += mutant.benign
    if ours.refused:
        statistics.refused[ours.error] += 1
        if mutant.benign:
            statistics.benign_refused.append(f"{mutant.label}: {ours.facts['codes']}")
    else:
        statistics.accepted += 1
    found = list(differences(mutant.data, outcomes))
    kept = str(keep(mutant, failures, found)) if found else ""
    statistics.differences += [
        Difference(mutant.label, oracle, text, kept) for oracle, text in found
    ]


def differences(data: bytes, outcomes: dict[str, Outcome]) -> Iterator[tuple[str, str]]:
    """Return the oracle and a description for each reader that contradicts us."""
    ours, newer = outcomes["ours 3.11"], outcomes["ours 3.13"]
    for name, outcome in (("ours 3.11", ours), ("ours 3.13", newer)):
        if outcome.facts["crash"]:
            yield name, outcome.facts["crash"]
    if (ours.facts, ours.error, ours.tree) != (newer.facts, newer.error, newer.tree):
        yield (
            "interpreters",
            f"3.11 says {ours.facts['codes']} {ours.error}, 3.13 {newer.facts['codes']} {newer.error}",
        )
    if ours.refused:
        return
    for oracle, outcome in outcomes.items():
        if oracle.startswith("ours"):
            continue
        if outcome.escaped:
            yield oracle, f"wrote outside of its folder: {outcome.escaped}"
        if text := contradiction(oracle, outcome, ours, data):
            yield oracle, text


def contradiction(oracle: str, outcome: Outcome, ours: Outcome, data: bytes) -> str:
    """Describe how a reader contradicts ours on a zip that we accept; empty if it does not."""
    if oracle == "unzip":
        return _unzip_contradiction(outcome, ours, data)
    if outcome.refused:
        return f"refuses what we accept: {outcome.error}"
    if not oracle.startswith("blender"):
        return trees_differ(outcome.tree, ours.tree)
    if (outcome.facts["id"], outcome.facts["version"]) != (ours.facts["id"], ours.facts["version"]):
        return f"reads {outcome.facts} in the manifest, we {ours.facts}"
    folder, root = ours.facts["id"], ours.facts["root"]
    expected = {
        f"{folder}/{name[len(root) :]}": kind
        for name, kind in ours.tree.items()
        if name.startswith(root)
    }
    return trees_differ(outcome.tree, {folder: "dir", **expected})


def _unzip_contradiction(outcome: Outcome, ours: Outcome, data: bytes) -> str:
    expected, twice = expected_tree(data, ours.tree)
    if twice:
        return f"gives more than one member the name {twice[0]!r}"
    if outcome.error.startswith(_UNZIP_CANNOT):
        return trees_differ({**expected, **outcome.tree}, expected)
    if outcome.refused:
        return f"refuses what we accept: {outcome.error}"
    return trees_differ(outcome.tree, expected)


def trees_differ(theirs: dict[str, str], ours: dict[str, str]) -> str:
    """Describe the difference of two trees; empty if they are the same."""
    names = [name for name in sorted({*theirs, *ours}) if theirs.get(name) != ours.get(name)]
    sides = (f"{name!r} is {theirs.get(name, 'missing')[:12]}, we list {ours.get(name, 'nothing')[:12]}" for name in names[:4])  # fmt: skip
    return "; ".join(sides) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def keep(mutant: Mutant, failures: Path, found: list[tuple[str, str]]) -> Path:
    """Write the zip and a description of the differences."""
    failures.mkdir(parents=True, exist_ok=True)
    path = failures / f"{hashlib.sha256(mutant.data).hexdigest()[:16]}.zip"
    path.write_bytes(mutant.data)
    facts = {"label": mutant.label, "found": [f"{oracle}: {text}" for oracle, text in found]}
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1))
    return path


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.zips.differential", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--failures", type=Path, default=Path(tempfile.gettempdir(), "zip-failures")
    )
    parser.add_argument("--again", type=Path, help="compare the zips of this folder instead")
    parser.add_argument("--fields", action="store_true", help="try each value in each field, too")
    parser.add_argument("--show", type=int, default=40, help="how many differences to print")
    chosen = parser.parse_args()
    os.environ["EXTERY_REQUIRE"] = "all"
    runs: dict[str, Iterable[Mutant]] = {
        "samples": samples(),
        "mutants": mutants(chosen.count, chosen.seed),
    }
    if chosen.fields:
        names = ("python-folders", "info-zip-zip64", "bsdtar", "python-streamed-zip64")
        runs["fields"] = chain.from_iterable(map(every_field, names))
    if chosen.again:
        paths = sorted(chosen.again.glob("*.zip"))
        runs = {"again": [Mutant(path.name, path.read_bytes()) for path in paths]}
    failed = False
    try:
        for what, zips in runs.items():
            statistics = run(zips, chosen.failures, progress=True)
            for difference in statistics.differences[: chosen.show]:
                print(difference)
            print(f"{what}, seed {chosen.seed}: {statistics}")
            failed |= bool(statistics.differences or statistics.benign_refused)
    except pytest.fail.Exception as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
