"""Kill `extery server-generate` and `extery mirror` at many moments, and check what they leave.

Each step changes a repository, lets a run that nobody kills make a reference, and kills a run of the real command:
at a random time, or before, after or in the middle of one of its writes; the process alone or its whole
group; now and then twice in succession. Then

1. readers see the old listing or the new one, with all packages, compressed variants and pages;
2. all processes of the run end;
3. the next run takes the lock at once, ends with status 0, and leaves the files that the reference has;
4. everything that people put there is still there.

A second series has 400 packages and kills while helper processes read them. The first violation ends the
program and is printed, with the seed that repeats it.

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

from tests.kills.cases import GenerateCase, MirrorCase, forget  # noqa: E402
from tests.kills.harness import Kill, Runner, random_kill, running  # noqa: E402

#: Of so many kills one is at work with 400 packages, and one starts a new interpreter.
_MANY_EACH, _FRESH_EACH = 10, 12
_PACKAGES = 400


def main() -> int:
    """Kill, check, print."""
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
            print(f"  {case.figures}")
    return 0


def kill_generate(
    root: Path, runner: Runner, _: ExitStack, chance: random.Random, kills: int
) -> list[GenerateCase]:
    """A small repository through many states, and a large one while helpers read it."""
    small = GenerateCase(root / "small", runner)
    many = kills // _MANY_EACH
    while small.figures.kills < kills - many:
        if chance.random() < 0.1:
            forget(small)
        elif chance.random() < 0.2:
            small.options = chance.choice([["--html"], []])
        small.change(chance)
        small.run_reference()
        _kill_once_or_twice(small, chance)
        ignored: tuple[str, ...] = ()
        if chance.random() < 0.2:  # what a killed run was about is no longer wanted
            small.change(chance)
            small.run_reference()
            ignored = ("changes.json",)  # the reference has known a state in between
        small.finish(is_fresh=chance.randrange(_FRESH_EACH) == 0, ignored=ignored)
        if ignored:
            forget(small)
    large = large_case(root / "large", runner)
    large.run_reference()
    while large.figures.kills < many:
        forget(large)
        large.run_reference()
        large.run_killed(
            Kill(after_seconds=chance.uniform(0, 1.1 * large.seconds), group=chance.random() < 0.3),
            is_fresh=chance.random() < 0.2,
        )
        large.finish()
    return [small, large]


def large_case(root: Path, runner: Runner) -> GenerateCase:
    """A repository of 400 packages: reading them pays for helpers."""
    case = GenerateCase(root, runner)
    for number in range(_PACKAGES):
        name = f"tool-{number}.zip"
        case.write(name, case.package(f"tool_{number}", "1.0.0"))
    return case


def kill_mirror(
    root: Path, runner: Runner, stack: ExitStack, chance: random.Random, kills: int
) -> list[MirrorCase]:
    """Mirrors of a repository that changes, with and without ``changes.json`` and old packages."""
    cases = []
    for number, (options, tells) in enumerate(
        [(["--keep-going"], False), (["--keep-going"], True), (["--keep-going", "--keep"], False)]
    ):
        case = MirrorCase(root / str(number), runner, stack, tells_changes=tells)
        case.options = options
        share = kills // 3 if number else kills - 2 * (kills // 3)
        while case.figures.kills < share:
            if chance.random() < 0.1:
                forget(case)
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
