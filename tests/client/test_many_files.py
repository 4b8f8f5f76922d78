"""A package of 10,000 files is installed, verified, updated, undone and removed in bounded memory; times are printed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.client.samples import make_package

FILES = 10_000
#: Maximum resident size of a command, in MiB; 37 were measured.
MAX_MEMORY = 80
#: Runs a command from a process that is small itself: its size counts as that of the command.
_MEASURE = """
import os, sys
output = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
actions = [(os.POSIX_SPAWN_DUP2, output, number) for number in (1, 2)]
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss // 1024)
"""


def package(folder: Path, version: str) -> Path:
    path = make_package(folder, "large_tool", version)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(FILES - 2):
            name = f"data/{number % 97:02d}/file_{number:05d}.txt"
            text = f"{version if number % 100 == 0 else 'same'} {number}\n" * 20
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return path


def run(folder: Path, *arguments: str) -> tuple[int, int, str]:
    """Run a command in a process; return its status, its maximum memory in MiB, and its output."""
    output = folder / "output.txt"
    command = [sys.executable, "-m", "extery", *arguments]
    command += ["--dir", str(folder / "extensions"), "--blender", "4.2"]
    environ = {
        **os.environ,
        "EXTERY_CACHE": str(folder / "cache"),
        "EXTERY_CONFIG": str(folder / "config"),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    began = time.perf_counter()
    process = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(output), *command],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    taken = time.perf_counter() - began
    status, memory = map(int, process.stdout.split())
    print(f"{arguments[0]:13} {taken:6.2f} s, {memory} MiB")
    return status, memory, output.read_text()


@pytest.mark.longest
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read as on Linux")
def test_a_package_of_10000_files_is_changed_in_bounded_memory(tmp_path: Path) -> None:
    first, second = package(tmp_path, "1.0.0"), package(tmp_path, "2.0.0")
    folder = tmp_path / "extensions/user_default/large_tool"

    def count() -> int:
        return sum(len(files) for _, _, files in os.walk(folder))

    seen = []
    for arguments, files in (
        (("install-file", str(first)), FILES),
        (("verify",), FILES),
        (("install-file", str(second)), FILES),
        (("files", "large_tool"), FILES),
        (("undo",), FILES),
        (("remove", "large_tool"), 0),
        (("undo",), FILES),
        (("gc", "--keep-operations", "0", "--keep-days", "0"), FILES),
        (("verify",), FILES),
    ):
        status, memory, output = run(tmp_path, *arguments)
        assert status == 0, output
        assert memory < MAX_MEMORY, arguments
        assert count() == files, arguments
        seen.append(memory)
    assert not list(tmp_path.glob("extensions/user_default/.extery/*/old/*"))
    assert len(seen) == 9
