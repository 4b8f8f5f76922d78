"""Kills `extery server-generate` and `extery mirror` at many moments, and checks the files that they leave.

Each step changes a repository, runs the command to the end in a reference folder, and kills a run in another
folder: at a random time, or before, after or during one of its writes; the process alone or its whole group;
sometimes twice in succession. Then

1. readers find the old or the new listing, with all packages, compressed variants and pages;
2. all processes of the run end;
3. the next run gets the lock without waiting, exits with 0, and leaves the files of the reference;
4. all files of the user are unchanged.

A second series has 400 packages and kills while worker processes read them. The first violation ends the
program and is printed with the seed that reproduces it.

    python benchmarks/kills.py [--kills 1000] [--what generate|mirror|both] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.kills.cases import GenerateCase, MirrorCase, remove_output  # noqa: E402
from tests.kills.harness import Kill, Runner, random_kill, running  # noqa: E402

#: One of so many kills is in a folder of 400 packages, and one starts a new interpreter.
_MANY_EACH, _FRESH_EACH = 10, 12
_PACKAGES = 400


def main() -> int:
    """Kill, check and print the statistics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--what", choices=["generate", "mirror", "both"], default="both")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = random.randrange(1 << 30) if options.seed is None else options.seed
    for what in ("generate", "mirror"):
        if options.what not in (what, "both"):
            continue
        chance = random.Random(seed)
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kills-") as folder, ExitStack() as stack:
            root = Path(folder)
            runner = stack.enter_context(running(root))
            try:
                cases = globals()[f"kill_{what}"](root, runner, stack, chance, options.kills)
            except AssertionError:
                print(f"{what}: failed with --seed {seed} after {time.monotonic() - start:.0f} s")
                raise
        print(f"{what}, seed {seed}, {time.monotonic() - start:.0f} s")
        for case in cases:
            print(case.statistics.summary())
    return 0


def kill_generate(
    root: Path, runner: Runner, _: ExitStack, chance: random.Random, kills: int
) -> list[GenerateCase]:
    """Kill runs in a small repository in many states, and in a large one while workers read it."""
    small = GenerateCase(root / "small", runner)
    many = kills // _MANY_EACH
    while small.statistics.kills < kills - many:
        if chance.random() < 0.1:
            remove_output(small)
        elif chance.random() < 0.2:
            small.options = chance.choice([["--html"], []])
        small.change(chance)
        small.run_reference()
        _kill_once_or_twice(small, chance)
        ignored: tuple[str, ...] = ()
        if chance.random() < 0.2:  # revert the change of the killed run
            small.change(chance)
            small.run_reference()
            ignored = ("changes.json",)  # the reference has recorded the state in between
        small.finish(is_fresh=chance.randrange(_FRESH_EACH) == 0, ignored=ignored)
        if ignored:
            remove_output(small)
    large = large_case(root / "large", runner)
    large.run_reference()
    while large.statistics.kills < many:
        remove_output(large)
        large.run_reference()
        large.run_killed(
            Kill(after_seconds=chance.uniform(0, 1.1 * large.seconds), group=chance.random() < 0.3),
            is_fresh=chance.random() < 0.2,
        )
        large.finish()
    return [small, large]


def large_case(root: Path, runner: Runner) -> GenerateCase:
    """Return a repository of 400 packages, enough for worker processes."""
    case = GenerateCase(root, runner)
    for number in range(_PACKAGES):
        name = f"tool-{number}.zip"
        case.write(name, case.package(f"tool_{number}", "1.0.0"))
    return case


def kill_mirror(
    root: Path, runner: Runner, stack: ExitStack, chance: random.Random, kills: int
) -> list[MirrorCase]:
    """Kill mirrors of a changing repository, with and without ``changes.json`` and old packages."""
    cases = []
    for number, (options, tells) in enumerate(
        [(["--keep-going"], False), (["--keep-going"], True), (["--keep-going", "--keep"], False)]
    ):
        case = MirrorCase(root / str(number), runner, stack, records_changes=tells)
        case.options = options
        share = kills // 3 if number else kills - 2 * (kills // 3)
        while case.statistics.kills < share:
            if chance.random() < 0.1:
                remove_output(case)
            case.change(chance)
            case.run_reference()
            _kill_once_or_twice(case, chance)
            case.finish(is_fresh=chance.randrange(_FRESH_EACH) == 0)
        cases.append(case)
    return cases


def _kill_once_or_twice(case: GenerateCase | MirrorCase, chance: random.Random) -> None:
    for _ in range(1 if chance.random() < 0.8 else 2):
        kill = random_kill(chance, writes=case.writes, seconds=case.seconds)
        case.run_killed(kill, is_fresh=chance.randrange(_FRESH_EACH) == 0)


if __name__ == "__main__":
    sys.exit(main())
