"""Compares the run time of `extery --help` and `extery validate` with Blender's command-line tool.

The peer in the same run is ``blender_ext.py`` of the bpy wheels that `make blender` installs, with the same
Python. Whole processes run alternately (A B A B …); times are medians, and the ratio is the median of the
ratios of the pairs.

    python benchmarks/startup.py [--runs 21] [--blender 5.0]
"""

from __future__ import annotations

import argparse
import compileall
import io
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.blender.install import installed  # noqa: E402
from tests.samples.packages import ADD_ON, MANIFEST  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--blender", default="5.0", choices=["4.2", "5.0"])
    options = parser.parse_args()
    blender = installed(options.blender)
    if not blender.is_complete:
        print("The peer is not installed: run 'make blender'.")
        return 2
    # pip compiles installed modules; those of a checkout may not be compiled yet.
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    peer = [sys.executable, str(blender.command_line_tool)]
    extery = [str(EXTERY)]
    print(
        f"Run time of extery and of Blender {blender.release.version} (peer), {options.runs} pairs, medians\n"
    )
    print(f"{'':28}{'extery':>10}{'peer':>10}{'ratio':>8}{'limit':>9}")
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "gear_tool-1.2.3.zip")
        package.write_bytes(_package())
        good = [
            _row("--version", extery, peer, ["--version"], 0.5, options.runs),
            _row("--help", extery, peer, ["--help"], 0.5, options.runs),
            _row(
                "validate, one package", extery, peer, ["validate", str(package)], 0.6, options.runs
            ),
        ]
    return 0 if all(good) else 1


def _package() -> bytes:
    """Return an add-on of ten modules, the size of a small real one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, ADD_ON)
        for name in ["__init__", *[f"module_{number}" for number in range(9)]]:
            archive.writestr(f"{name}.py", f"# {name}\n" + "value = 1\n" * 400)
    return file.getvalue()


def _row(
    name: str, extery: list[str], peer: list[str], arguments: list[str], limit: float, runs: int
) -> bool:
    ours, theirs, ratios = [], [], []
    for run in range(runs + 2):
        one, other = _seconds([*extery, *arguments]), _seconds([*peer, *arguments])
        if run >= 2:  # the first two fill the caches
            ours.append(one)
            theirs.append(other)
            ratios.append(one / other)
    ratio = median(ratios)
    verdict = "" if ratio <= limit else "  exceeded"
    print(
        f"{name:28}{median(ours) * 1000:7.1f} ms{median(theirs) * 1000:7.1f} ms"
        f"{ratio:8.2f}{limit:9.2f}{verdict}"
    )
    return ratio <= limit


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
