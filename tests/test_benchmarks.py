"""Every benchmark runs to its end, with parameters for a small measurement."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.parts import require_part
from tests.sampled import some_names

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks"
#: The arguments of each benchmark. FOLDER is an empty folder.
ARGUMENTS: dict[str, list[str]] = {
    "blender_test": ["--runs", "1", "--blender", "5.0", "--modules", "2"],
    "build": [
        *("--runs", "1", "--megabytes", "2", "--large", "9000000"),
        *("--packages", "5"),
    ],
    "check": ["--runs", "1", "--modules", "3", "--megabytes", "1"],
    "convert": ["--blender", "5.0", "--only", "io_anim_bvh"],
    "compatibility": ["--runs", "1", "--lines", "3000"],
    "client_install": [
        *("--packages", "2", "--network", "instant", "--warm", "2"),
        *("--runs", "1", "--count", "3", "--bytes", "300000", "--large", "2"),
    ],
    "client_kills": ["--kills", "1", "--rounds", "1", "--processes", "2", "--files", "5"],
    "client_list": ["--runs", "1", "--entries", "30"],
    "client_sync": ["--entries", "30"],
    "connections": ["--megabytes", "1", "--runs", "1"],
    # It downloads packages from PyPI.
    "delta": ["--help"],
    "first_start": ["--rounds", "1"],
    "hostile_uploads": ["--runs", "1", "symlink", "quine"],
    "inventory": ["--runs", "1", "--add-ons", "2", "--limit", "300"],
    "generate": ["--count", "3", "--bytes", "300000", "--runs", "1"],
    "kills": ["--kills", "1"],
    "listing_approvals": ["--extensions", "3", "--versions", "1", "--approvals", "1"],
    "listing_server": [
        *("--extensions", "3", "--seconds", "1"),
        *("--rounds", "1", "--connections", "2"),
    ],
    "packages": ["--count", "3", "--bytes", "300000", "FOLDER"],
    "scanning": ["--uploads", "1", "--again", "2", "--functions", "2"],
    "search": ["--extensions", "50", "--rounds", "2"],
    "site_pages": ["--scale", "0.01", "--rounds", "2"],
    "site_reads": ["--extensions", "30", "--versions", "2", "--rounds", "2"],
    "slow_clients": ["--clients", "2", "--answers", "1", "empty lines", "listings, 20 pipelined"],
    "startup": ["--runs", "1"],
    "storage": ["--size", "1", "--count", "2"],
    "tasks": ["--tasks", "3", "--samples", "2", "--idle", "0.1"],
    "uploads": ["--megabytes", "1", "random, stored", "PNG, 16"],
}
#: Benchmarks that take many seconds: some of them run, others each time.
LONG = [
    *(
        "blender_test",
        "client_kills",
        "first_start",
        "listing_approvals",
        "listing_server",
        "scanning",
        "site_pages",
        "site_reads",
    ),
    *("slow_clients", "storage", "tasks", "uploads"),
]
RUN_OF_LONG = 3
#: Modules that benchmarks start or import.
HELPERS = {
    *("bytes_server", "cpu_time", "site_catalog", "site_content", "site_home"),
    *("tasks_sample", "throttled_server", "upload_samples"),
}
#: Parts of `tests.parts` and programs that benchmarks need.
PARTS = {
    "blender_test": "blender-5.0",
    "build": "blender-5.0",
    "convert": "blender-5.0",
    "generate": "blender-5.0",
    "startup": "blender-5.0",
    "storage": "rclone",
}
PROGRAMS = {"listing_server": "wrk"}
NEEDS_LINUX = {"listing_approvals", "uploads"}


def names() -> set[str]:
    return {path.stem for path in FOLDER.glob("*.py")}


def require(name: str) -> None:
    """Skip the test without what a benchmark needs."""
    if name in PARTS:
        require_part(PARTS[name])
    if name in PROGRAMS and not shutil.which(PROGRAMS[name]):
        pytest.skip(f"{PROGRAMS[name]} is not installed")
    if name in NEEDS_LINUX and sys.platform != "linux":
        pytest.skip("needs Linux")


def test_every_benchmark_is_tested() -> None:
    assert names() == {*ARGUMENTS, *HELPERS}
    assert {*LONG} < {*ARGUMENTS}


def test_mypy_checks_every_benchmark() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(config["tool"]["mypy"]["modules"]) == names()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*ARGUMENTS} - {*LONG}) + some_names(LONG, RUN_OF_LONG))
def test_a_benchmark_runs_to_its_end(name: str, tmp_path: Path) -> None:
    require(name)
    arguments = [str(tmp_path / "folder") if word == "FOLDER" else word for word in ARGUMENTS[name]]
    result = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    output = f"{result.stdout}\n{result.stderr}"
    assert "Traceback" not in output, output
    # Times are those of a busy machine, so a limit may be exceeded; then the benchmark says so.
    assert result.returncode == 0 or re.search(r"exceeded|missed", result.stdout), output
    assert result.stdout.strip()
