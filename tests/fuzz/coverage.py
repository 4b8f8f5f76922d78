"""``python -m tests.fuzz.coverage TARGET --seconds N --seed S``: fuzz a target guided by coverage, with atheris.

Atheris is no dependency of the project: install it (``pip install atheris``) into an environment of its own, together
with the project. Inputs with findings are kept in a folder, and the run continues.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from tests.fuzz import TARGETS, Target, load, set_up
from tests.fuzz.judge import judge


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-bytes", type=int, default=20_000)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    chosen = parser.parse_args()
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["extery", "tomllib", "packaging", "zipfile"]):
        module = load(chosen.target)
        set_up(module)
    folder = chosen.findings / chosen.target
    found: Counter[str] = Counter()

    def test_one_input(data: bytes) -> None:
        error = judge(module.target, data)
        if error is not None:
            _keep(folder, data, error, found)

    with tempfile.TemporaryDirectory() as corpus:
        _write_seeds(Path(corpus), module)
        words = [
            *(f"-max_total_time={chosen.seconds}", f"-seed={chosen.seed}"),
            *(f"-max_len={chosen.max_bytes}", "-timeout=60", "-rss_limit_mb=4000", corpus),
        ]
        atheris.Setup([sys.argv[0], *words], test_one_input)
        atheris.Fuzz()  # ends the process


def _write_seeds(folder: Path, module: Target) -> None:
    for number, data in enumerate(module.SEEDS):
        (folder / f"{number:04}").write_bytes(data)


def _keep(folder: Path, data: bytes, error: BaseException, found: Counter[str]) -> None:
    """Write the input, at most three for each place where an error is raised."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    kind = f"{type(error).__name__} {last[0].name if last else ''}"
    found[kind] += 1
    if found[kind] > 3:
        return
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    print(f"finding {path} ({len(data):,} bytes): {kind}: {str(error)[:300]}", flush=True)


if __name__ == "__main__":
    main()
