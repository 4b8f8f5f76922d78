"""Two runs in one folder, and interrupted runs with worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.errors import Conflict, InvalidInput, Unavailable
from extery.core.locks import locked
from extery.repository import child_process
from extery.repository.generate import generate
from tests.repository.packages import put


def lock_of(folder: Path) -> Path:
    return folder / ".extery" / "lock"


def test_a_run_waits_for_another_one_up_to_its_timeout(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    waits: list[str] = []

    with (
        locked(lock_of(tmp_path), area="generate", command="extery test", timeout=0),
        pytest.raises(Conflict) as caught,
    ):
        generate(tmp_path, lock_timeout=0.2, on_wait=waits.append)

    assert caught.value.code == "generate.locked"
    assert f"process {os.getpid()} (extery test)" in str(caught.value)
    [holder] = waits
    assert f"process {os.getpid()} (extery test)" in holder
    assert not (tmp_path / "index.json").exists()


def test_the_command_prints_the_holder_of_the_lock_and_times_out(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    command = ["server-generate", "--repo-dir", str(tmp_path), "--lock-timeout", "0.1"]

    with locked(lock_of(tmp_path), area="generate", command="extery test", timeout=0):
        result = CliRunner().invoke(extery, command)

    assert result.exit_code == 1
    first, *rest = result.stderr.splitlines()
    assert first.startswith(f"waiting up to 0.1 seconds for process {os.getpid()} (extery test)")
    assert "[generate.locked]" in "".join(rest)
    assert CliRunner().invoke(extery, command).exit_code == 0


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    lock_of(tmp_path).parent.mkdir()
    lock_of(tmp_path).symlink_to("elsewhere")

    with pytest.raises(Unavailable) as caught:
        generate(tmp_path)

    assert caught.value.code == "generate.lock-unusable"


@pytest.mark.skipif(
    sys.platform != "linux" or child_process.cpu_count() < 2, reason="work is not shared here"
)
@pytest.mark.parametrize("to_group", [False, True])
def test_an_interrupted_run_ends_its_worker_processes_without_a_traceback(
    tmp_path: Path, to_group: bool
) -> None:
    for number in range(400):
        put(tmp_path, f"{number}.zip", extension_id=f"tool_{number}")
    code = (  # each package takes some time, so that the run can be interrupted
        # Background jobs of a shell ignore SIGINT, and the runner of the tests may be one.
        "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from extery.__main__ import main\nfrom extery.repository import parallel_scan\n"
        "read = parallel_scan.scan_package\n"
        "def slow(*arguments, **more):\n    time.sleep(0.02)\n    return read(*arguments, **more)\n"
        "parallel_scan.scan_package = slow\nmain()"
    )
    command = [sys.executable, "-c", code, "server-generate", "--repo-dir", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (workers := children.read_text().split()):
            assert process.poll() is None, "there was no worker process"
            time.sleep(0.002)
        time.sleep(1.0)  # Python can lose a SIGINT during a fork
        (os.killpg if to_group else os.kill)(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=300)

    assert process.returncode == 130
    assert errors.strip() == "Interrupted."
    deadline = time.monotonic() + 300
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker process is alive"
        time.sleep(0.02)
    assert not (tmp_path / "index.json").exists()


@pytest.mark.parametrize("name", ["beta", "sets", ".extery"])
def test_a_link_in_place_of_an_output_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder, victim = tmp_path / "repo", tmp_path / "victim"
    folder.mkdir()
    (victim / "shot").mkdir(parents=True)
    (victim / "index.json").write_text("dear")
    put(folder, "a.zip")
    (folder / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\n[channels.beta]\n[sets]\nshot = ["gear_tool"]\n'
        if name == "beta"
        else 'schema_version = "1.0.0"\n[channels.beta]\n'
    )
    (folder / name).symlink_to(victim)

    if name == "sets":
        generate(folder)  # no output goes there
    else:
        with pytest.raises((Unavailable, Conflict, InvalidInput)):
            generate(folder)

    assert (victim / "index.json").read_text() == "dear"
    assert sorted(path.name for path in victim.iterdir()) == ["index.json", "shot"]


@pytest.mark.parametrize("name", ["index.json", "blender_repo.toml", ".extery/state.json"])
def test_a_pipe_in_place_of_a_file_does_not_block(tmp_path: Path, name: str) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / ".extery").mkdir()
    os.mkfifo(tmp_path / name)

    if name == "blender_repo.toml":
        with pytest.raises(InvalidInput):
            generate(tmp_path)
    else:
        assert generate(tmp_path).packages == 1


def test_a_folder_in_place_of_the_state_file_is_reported(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / ".extery" / "state.json").mkdir(parents=True)

    with pytest.raises(Unavailable) as caught:
        generate(tmp_path)
    assert caught.value.code == "generate.unwritable"


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e400"])
def test_an_infinite_or_negative_timeout_is_a_usage_error(tmp_path: Path, seconds: str) -> None:
    command = ["server-generate", "--repo-dir", str(tmp_path), "--lock-timeout", seconds]

    assert CliRunner().invoke(extery, command).exit_code == 2
