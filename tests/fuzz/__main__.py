"""``python -m tests.fuzz TARGET --seconds N --seed S``: fuzz a target for some time and keep the findings.

Inputs run in a child process, so that a crash of the interpreter is a finding too.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz import TARGETS, Target, load, set_up
from tests.fuzz.judge import judge
from tests.fuzz.mutate import mutated


def make(module: Target, seed: int, number: int) -> bytes:
    """Return input ``number`` of a run; it depends on the seed only."""
    source = random.Random(f"{seed}/{number}")
    make_own = getattr(module, "make", None)
    if make_own is not None and source.random() < 0.7:
        return bytes(make_own(source))
    return mutated(source, module.SEEDS, module.TOKENS)


def _work(name: str, seed: int, start: int, seconds: float, place: Any, results: Any) -> None:
    module = load(name)
    set_up(module)
    end = time.monotonic() + seconds
    number = start
    while time.monotonic() < end:
        place.value = number
        data = make(module, seed, number)
        found = judge(module.target, data)
        if found is not None:
            last = traceback.extract_tb(found.__traceback__)[-1:]
            at = f"{Path(last[0].filename).name}:{last[0].name}" if last else ""
            text = str(found)
            results.put((number, f"{type(found).__name__} {at}", text[:300]))
        number += 1
    place.value = number
    results.put(None)


def run(name: str, *, seconds: float, seed: int, folder: Path) -> int:
    """Run inputs for this time; return the number of different findings."""
    module = load(name)
    context = multiprocessing.get_context("fork")
    place, results = context.Value("q", 0), context.Queue()
    started, kinds, tried, start = time.monotonic(), {}, 0, 0
    while (left := seconds - (time.monotonic() - started)) > 0:
        child = context.Process(target=_work, args=(name, seed, start, left, place, results))
        child.start()
        is_over = False
        while child.is_alive() or not results.empty():
            try:
                item = results.get(timeout=0.2)
            except Exception:
                continue
            if item is None:
                is_over = True
                break
            number, kind, text = item
            kinds.setdefault(kind, []).append(number)
            if len(kinds[kind]) <= 3:
                _keep(folder, make(module, seed, number), f"{kind}: {text}")
        child.join()
        start = place.value + 1
        if not is_over and child.exitcode:
            kind = f"died with {child.exitcode}"
            kinds.setdefault(kind, []).append(place.value)
            _keep(folder, make(module, seed, place.value), kind)
        tried = start - 1
    took = time.monotonic() - started
    print(f"{name}: {tried:,} inputs in {took:.0f} s ({tried / took:.0f}/s), seed {seed}")
    for kind, numbers in sorted(kinds.items()):
        print(f"  {len(numbers)} x {kind}, first is input {numbers[0]}")
    return len(kinds)


def _keep(folder: Path, data: bytes, why: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    print(f"finding {path} ({len(data):,} bytes): {why}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args()
    names = TARGETS if given.target == "all" else (given.target,)
    found = [
        run(name, seconds=given.seconds, seed=given.seed, folder=given.findings / name)
        for name in names
    ]
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
