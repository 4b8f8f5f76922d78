"""A second process unpacks a half of the packages of the store; whatever happens to it, the result is the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from extery.client.helper_process import can_help
from extery.client.records import find_installed
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import target_lock
from tests.client.samples import STUDIO, make_package, make_target, state_of
from tests.parts import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no helper")

COUNT = 12
#: Installs all packages of the store; the fault changes `extery.client.transaction.unpack` in the helper.
SCRIPT = """\
import json, os, signal, sys, time
from pathlib import Path
os.sched_getaffinity = lambda _: {0, 1}
from extery.client import package_jobs, transaction
from extery.client.execute import execute
from extery.client.index.candidates import Candidate
from extery.client.plan import Change, Plan
from extery.client.repositories import Repository
from extery.client.store import Store
from extery.client.targets import Target
from extery.core.errors import InvalidPackage

main, unpack = os.getpid(), transaction.unpack
fault, folder, cache = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])


def faulty(package, new, *, checkpoint):
    if os.getpid() != main:
        os.makedirs(new)
        (new / "half").write_text("")
        if fault == "fails":
            raise InvalidPackage.of("package.damaged", file="x")
        if fault == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "hangs":
            print(os.getpid(), flush=True)
            while True:
                checkpoint()
                time.sleep(0.01)
        os.unlink(new / "half")
        os.rmdir(new)
        print("helper", flush=True)
    elif fault == "interrupt":
        raise KeyboardInterrupt
    unpack(package, new, checkpoint=checkpoint)


transaction.unpack = faulty
studio, target = Repository(*json.loads(sys.argv[4])), Target(folder, (4, 2, 99))
changes = [Change(target, studio, e["id"], None, Candidate(studio, e)) for e in json.loads(sys.argv[5])]
result = execute(Plan(changes), "install", store=Store(cache), make_fetcher=None)
print("failed", len(result.failed), flush=True)
"""


class Farm:
    """A target, and a store with packages."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.target = make_target(folder)
        self.entries = []
        for number in range(COUNT):
            package = make_package(folder, f"gear_{number}", files={"icon.svg": "<svg/>" * number})
            Store(self.cache).folder.mkdir(parents=True, exist_ok=True)
            Store(self.cache).add(package)
            state = state_of(package)
            self.entries.append(
                {
                    "id": f"gear_{number}",
                    "version": state.version,
                    "archive_url": f"./gear_{number}.zip",
                    "archive_size": state.size,
                    "archive_hash": f"sha256:{state.sha256}",
                }
            )

    def start(self, fault: str) -> subprocess.Popen[str]:
        studio = json.dumps([STUDIO.name, STUDIO.url])
        places = [str(self.target.folder), str(self.cache)]
        command = [sys.executable, "-c", SCRIPT, fault, *places, studio, json.dumps(self.entries)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def run(self, fault: str) -> list[str]:
        with self.start(fault) as process:
            output, _ = process.communicate(timeout=300)
        return output.splitlines()

    @property
    def leftovers(self) -> list[Path]:
        return [*self.target.folder.glob("studio/.extery/*/new"), *self.target.folder.rglob("half")]


def installed(target: Target) -> set[str]:
    return {item.id for item in find_installed(target)}


ALL = {f"gear_{number}" for number in range(COUNT)}


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path)


def test_a_half_of_the_packages_is_unpacked_by_the_helper(farm: Farm) -> None:
    *helped, last = farm.run("")
    assert helped == ["helper"] * (COUNT // 2)
    assert last == "failed 0"
    assert installed(farm.target) == ALL
    assert farm.leftovers == []


@pytest.mark.parametrize("fault", ["fails", "dies"])
def test_what_the_helper_does_not_unpack_is_unpacked_here(farm: Farm, fault: str) -> None:
    assert farm.run(fault) == ["failed 0"]
    assert installed(farm.target) == ALL
    assert farm.leftovers == []


def test_after_a_kill_the_next_command_waits_for_the_helper_and_cleans_up(farm: Farm) -> None:
    with farm.start("hangs") as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) != process.pid
        process.kill()
        process.wait()
        with target_lock(farm.target, "next command", timeout=300):
            assert farm.leftovers == []
    assert farm.leftovers == []
    assert installed(farm.target) == set()


def test_an_interrupt_ends_the_helper_and_changes_nothing(farm: Farm) -> None:
    with farm.start("interrupt") as process:
        process.communicate(timeout=300)
    assert process.returncode in (1, -signal.SIGINT)
    assert installed(farm.target) == set()
    assert not list(farm.target.folder.glob("studio/.extery/*"))


def test_a_process_with_threads_has_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert can_help()
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert not can_help()
