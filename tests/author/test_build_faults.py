"""A build that fails or is killed leaves the package of the last build, or the new one, and nothing half."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from extery.author.build.execute import execute, plan_build
from extery.author.build.last_build import record_of
from extery.core.errors import ExteryError
from extery.core.files import hash_file
from tests.author.trees import make_source
from tests.disk_faults import FullDisk
from tests.sampled import some_of

PLATFORMS = 'platforms = ["windows-x64", "linux-x64"]\n'
#: Kills the process instead of the call number COUNT of a function.
KILLED = """\
import os, signal, sys
from pathlib import Path
from extery.author.build.execute import execute, plan_build
module, name, count = sys.argv[3], sys.argv[4], int(sys.argv[5])
real, calls = getattr(sys.modules[module], name), iter(range(1000))
def call(*arguments, **keywords):
    if next(calls) == count:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **keywords)
setattr(sys.modules[module], name, call)
execute(plan_build(Path(sys.argv[1]), output_dir=Path(sys.argv[2]), split_platforms=True))
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    source = make_source(tmp_path / "source", extra=PLATFORMS)
    (source / "noise.bin").write_bytes(random.Random(1).randbytes(50_000))
    return source


def build(source: Path, output: Path) -> dict[str, str]:
    """Return the digests of the packages by name."""
    plan = plan_build(source, output_dir=output, split_platforms=True)
    return {
        package.path.name: package.sha256
        for package in execute(plan, record=record_of(plan.source))
    }


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hash_file(path)[0] for path in folder.glob("*.zip")}


def test_a_full_disk_leaves_the_old_packages_or_the_new_ones(source: Path, tmp_path: Path) -> None:
    old = build(source, tmp_path / "out")
    (source / "noise.bin").write_bytes(random.Random(2).randbytes(50_000))
    new = build(source, tmp_path / "other")
    failures = 0

    for number in some_of(range(60)):
        with FullDisk(number) as disk:
            try:
                build(source, tmp_path / "out")
            except ExteryError as error:
                failures += error.code == "build.output-unwritable"
            failed = disk.failed
        found = digests(tmp_path / "out")
        # Packages are renamed one after another; each is whole.
        assert all(found[name] in (old[name], new[name]) for name in old)
        assert not [path for path in (tmp_path / "out").iterdir() if path.name not in old]
        assert failed or found == new

    assert failures
    assert build(source, tmp_path / "out") == new


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("module", "name", "count"),
    [
        ("extery.author.build.execute", "write_zip", 0),
        ("extery.author.build.execute", "write_zip", 1),
        ("os", "fsync", 0),
        ("os", "fsync", 3),
        ("os", "replace", 0),
        ("os", "replace", 1),
    ],
)
def test_a_killed_build_leaves_the_old_packages_or_the_new_ones(
    module: str, name: str, count: int, source: Path, tmp_path: Path
) -> None:
    old = build(source, tmp_path / "out")
    (source / "noise.bin").write_bytes(random.Random(2).randbytes(50_000))
    new = build(source, tmp_path / "other")

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, source, tmp_path / "out", module, name, str(count)],
        env=os.environ,
        check=False,
        capture_output=True,
    )

    assert killed.returncode == -9, killed.stderr
    found = digests(tmp_path / "out")
    assert all(found[name] in (old[name], new[name]) for name in old)
    # The second package gets its name first; it is on the disk before that.
    assert found == old or (name, count) in {("replace", 1), ("fsync", 3)}
    assert build(source, tmp_path / "out") == new


def test_what_a_killed_build_was_writing_is_never_packed_and_removed_later(source: Path) -> None:
    old = source / ".gear_tool-1.0.0-windows_x64.zip.0123abcd.new"
    fresh = source / ".gear_tool-1.0.0-windows_x64.zip.4567abcd.new"
    others = [source / ".notes.0123abcd.new", source / ".gear_tool-1.0.0.zip.new"]
    patterns = '[build]\npaths_exclude_pattern = ["*.psd"]\n'
    manifest = source / "blender_manifest.toml"
    manifest.write_text(f"{manifest.read_text()}{patterns}")
    for path in (old, fresh, *others):
        path.write_bytes(b"half")
    for path in (old, *others):
        os.utime(path, (1, 1))

    plan = plan_build(source, output_dir=source, split_platforms=True)
    packed = {member.name for package in plan.packages for member in package.members}
    execute(plan)

    assert not [name for name in packed if name.endswith(".new")]
    assert sorted(source.glob(".*")) == sorted([fresh, *others])


def test_two_builds_at_once_leave_the_same_packages_as_one(source: Path, tmp_path: Path) -> None:
    expected = build(source, tmp_path / "alone")

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: build(source, tmp_path / "out"), range(2)))

    assert both == [expected, expected]
    assert digests(tmp_path / "out") == expected
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(expected)
