"""Run a comparison for some time and count its inputs and disagreements, for each Blender."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.blender.install import RELEASES

VERSIONS: tuple[str, ...] = tuple(RELEASES)


class Disagreement(NamedTuple):
    """An input that a Blender and Extery judge differently; ``number`` is its place in the batch."""

    number: int
    version: str
    text: str


@dataclass(frozen=True)
class Comparison:
    """A kind of input: how to make inputs from a seed, and how to compare a batch of them."""

    name: str
    suffix: str
    inputs: Callable[[int], Iterator[bytes]]
    compare: Callable[[Sequence[bytes], Sequence[str]], Iterable[Disagreement]]
    batch: int = 400


@dataclass
class Statistics:
    """The figures of one run."""

    name: str
    seed: int
    versions: Sequence[str] = VERSIONS
    inputs: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    disagreements: Counter[str] = field(default_factory=Counter)
    """How many, by Blender."""
    lines: list[str] = field(default_factory=list)
    """What differs, with the start of the input."""

    def __str__(self) -> str:
        head = f"{self.name}: {self.inputs:,} inputs in {self.seconds:.0f} s ({self.cpu_seconds:.0f} s of CPU), seed {self.seed}"
        each = ", ".join(f"{version}: {self.disagreements[version]}" for version in self.versions)
        return f"{head}; disagreements with Blender {each}"


def run(
    comparison: Comparison,
    *,
    seed: int,
    seconds: float = float("inf"),
    count: int | None = None,
    versions: Sequence[str] = VERSIONS,
    findings: Path | None = None,
) -> Statistics:
    """Compare batches until ``seconds`` are over or ``count`` inputs were compared.

    Inputs with a disagreement are written into the folder ``findings``.
    """
    statistics = Statistics(comparison.name, seed, versions)
    started, cpu_started = time.monotonic(), _cpu_seconds()
    waiting = islice(comparison.inputs(seed), count)
    while time.monotonic() - started < seconds:
        batch = list(islice(waiting, comparison.batch))
        if not batch:
            break
        for found in comparison.compare(batch, versions):
            statistics.disagreements[found.version] += 1
            data = batch[found.number]
            statistics.lines.append(f"Blender {found.version}: {found.text}\n  {data[:1500]!r}")
            if findings is not None:
                _keep(findings / comparison.name, data, comparison.suffix)
        statistics.inputs += len(batch)
    statistics.seconds = time.monotonic() - started
    statistics.cpu_seconds = _cpu_seconds() - cpu_started
    return statistics


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _keep(folder: Path, data: bytes, suffix: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{hashlib.sha256(data).hexdigest()[:12]}{suffix}").write_bytes(data)
