"""Confined programs: what they may write, what ends them, and that nothing of them keeps running."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from extery.author.testing import confine
from extery.author.testing.supervise import Ended, Limits, Sandbox, make_folders, supervise, works
from extery.isolation import linux
from extery.isolation.processes import TOKEN, kill_all, processes_below
from tests.waiting import is_alive, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")
#: Seconds that no test needs.
LONG = 280.0


def sandboxes() -> list[Sandbox]:
    return ["namespaces", "bubblewrap", "none"]


@pytest.fixture(params=sandboxes())
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param != "none" and not works(request.param):
        pytest.skip("this system does not have it")
    chosen: Sandbox = request.param
    return chosen


def run(folder: Path, code: str, sandbox: Sandbox, **limits: float) -> Ended:
    """Run Python code; ``work`` and ``answer`` in the folder can be written."""
    work, answer = folder / "work", folder / "answer"
    work.mkdir(exist_ok=True)
    answer.touch()
    return supervise(
        [sys.executable, "-I", "-S", "-u", "-c", f"import os, sys, time\n{code}"],
        environ={"PATH": os.defpath, "HOME": str(work / "home")},
        work=work,
        writable=[answer],
        limits=Limits(**{"seconds": LONG, **limits}),  # type: ignore[arg-type]
        sandbox=sandbox,
        network=False,
    )


def answers(folder: Path) -> list[str]:
    return (folder / "answer").read_text().split()


def test_a_program_writes_its_answer_and_has_folders_of_its_own(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    code = "open(os.environ['HOME'] + '/x', 'w'); open(sys.argv[0] or %r, 'a').write('hi')"
    ended = run(tmp_path, code.replace("sys.argv[0] or ", "") % str(tmp_path / "answer"), sandbox)
    assert (ended.status, ended.limit, ended.output) == (0, "", "")
    assert answers(tmp_path) == ["hi"]


@pytest.mark.parametrize("sandbox", ["namespaces", "bubblewrap"], indirect=True)
def test_in_a_sandbox_nothing_else_can_be_written_or_reached(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    code = f"""
import socket
for name in ({str(tmp_path / "evil")!r}, "/tmp/evil", os.path.expanduser("~/x")):
    try:
        open(name, "w")
        print("wrote", name)
    except OSError as error:
        print(error.strerror)
own = socket.create_server(("127.0.0.1", 0))
socket.create_connection(own.getsockname()).close()
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print(error.strerror)
os.system("mount -o remount,rw,bind / 2>&1")
print(os.getppid(), open("/proc/self/status").read().count("CapEff:\\t0000000000000000"))
"""
    lines = run(tmp_path, code, sandbox).output.splitlines()
    assert lines[:2] == ["Read-only file system"] * 2
    assert lines[2].startswith("wrote")
    assert lines[3] == "Network is unreachable"
    assert lines[-1].endswith(" 1")
    assert not (tmp_path / "evil").exists()
    assert not [*(tmp_path / "work").iterdir()]


@pytest.mark.parametrize("sandbox", ["namespaces", "bubblewrap"], indirect=True)
def test_in_a_sandbox_no_service_behind_a_unix_socket_can_be_reached(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    code = """
import errno, socket
def attempt(make):
    try:
        for one in make():
            one.connect(%r)
            print("connected")
    except OSError as error:
        print(errno.errorcode[error.errno])
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
    attempt(lambda: [socket.socket(socket.AF_UNIX, kind | socket.SOCK_CLOEXEC)])
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
    attempt(lambda: socket.socketpair(socket.AF_UNIX, kind | socket.SOCK_CLOEXEC))
one, other = socket.socketpair()
one.send(b"pairs work")
print(other.recv(20).decode())
"""
    # A path of a socket has at most 107 characters.
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX) as stream,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as packets,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
    ):
        stream.bind(f"{folder}/stream")
        packets.bind(f"{folder}/packets")
        stream.listen()
        packets.listen()
        datagrams.bind(f"{folder}/datagrams")
        for name in ("stream", "packets", "datagrams"):
            lines = run(tmp_path, code % f"{folder}/{name}", sandbox).output.splitlines()
            assert lines[:4] == ["EACCES"] * 4
            assert {lines[4], lines[7]} <= {"EISCONN", "EPROTOTYPE"}  # they are connected already
            assert lines[5:7] == ["EACCES", "EACCES"]
            assert lines[8:] == ["pairs work"]


def test_without_a_proc_of_its_own_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        def mount(self, _source: bytes, target: bytes, *_: object) -> int:
            return -1 if target == b"/proc" else 0

        def syscall(self, *_: object) -> int:
            return 0

    monkeypatch.setattr(linux, "libc", Libc)
    with pytest.raises(OSError, match="mount /proc"):
        confine._mount({"work": "/w", "writable": [], "hidden": [], "size": 1})  # type: ignore[no-untyped-call]


def test_the_folders_of_the_environment_are_made_where_no_script_does_it(tmp_path: Path) -> None:
    names = {"HOME": "home", "TEMP": "temp", "BLENDER_USER_RESOURCES": "a/blender"}
    environ = {name: str(tmp_path / folder) for name, folder in names.items()}
    make_folders({**environ, "OTHER": str(tmp_path / "other")})
    make_folders(environ)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "home", "temp"]
    assert (tmp_path / "a" / "blender").is_dir()


def test_a_program_that_hangs_is_ended(tmp_path: Path, sandbox: Sandbox) -> None:
    ended = run(tmp_path, "print('begins', flush=True); time.sleep(1_000)", sandbox, seconds=1.0)
    assert ended.limit == "time"
    assert ended.output == "begins\n"


def test_orphans_are_ended(tmp_path: Path, sandbox: Sandbox) -> None:
    code = f"""
if not os.fork():
    os.setsid()
    if not os.fork():
        import subprocess
        orphan = subprocess.Popen(["/bin/sleep", "1000"])
        open({str(tmp_path / "answer")!r}, "a").write(f"done")
        time.sleep(1_000)
    os._exit(0)
while not os.path.getsize({str(tmp_path / "answer")!r}):
    time.sleep(0.01)
"""
    # Fixtures of other tests may have processes below this one that go on running.
    before = set(processes_below(os.getpid()))
    assert run(tmp_path, code, sandbox).status == 0
    assert not [pid for pid in set(processes_below(os.getpid())) - before if is_alive(pid)]


def test_an_orphan_that_has_killed_its_parent_is_found_by_its_token() -> None:
    token = "t" * 32
    child = os.fork()
    if not child:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.execve("/bin/sleep", ["sleep", "1000"], {TOKEN: token})
    os.waitpid(child, 0)

    def alive() -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"{TOKEN}={token}".encode() in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    wait_until(alive)
    pids = alive()
    assert len(pids) == 1
    kill_all(child, token)
    wait_until(lambda: not any(map(is_alive, pids)))
    assert alive() == []


def test_a_program_that_kills_its_parent_ends(tmp_path: Path, sandbox: Sandbox) -> None:
    ended = run(tmp_path, "os.kill(os.getppid(), 9); time.sleep(1)", sandbox, seconds=30.0)
    assert ended.limit == ""
    assert ended.status == {"namespaces": 0, "none": -9}.get(sandbox, ended.status)


def test_a_program_that_fills_the_disk_gets_an_error(tmp_path: Path, sandbox: Sandbox) -> None:
    code = """
file = open(os.environ["HOME"] + "/x", "wb")
try:
    while True:
        file.write(bytes(1_000_000))
except OSError as error:
    print(error.strerror)
"""
    ended = run(tmp_path, code, sandbox, disk=20_000_000)
    assert ended.output in ("No space left on device\n", "File too large\n")


def test_many_small_files_fill_the_disk_too(tmp_path: Path, sandbox: Sandbox) -> None:
    code = """
try:
    for number in range(1_000):
        open(os.environ["HOME"] + f"/{number}", "wb").write(bytes(1_000_000))
    time.sleep(1_000)
except OSError as error:
    print(error.strerror)
"""
    ended = run(tmp_path, code, sandbox, disk=20_000_000)
    assert (ended.limit, ended.output) in {("disk", ""), ("", "No space left on device\n")}


def test_output_is_counted_and_its_start_and_end_are_kept(tmp_path: Path, sandbox: Sandbox) -> None:
    ended = run(tmp_path, "print('first' + 'x' * 30_000_000 + 'last')", sandbox)
    assert ended.printed == 30_000_010
    assert ended.output.startswith("first")
    assert ended.output.endswith("last\n")
    assert len(ended.output) < 100_000


def test_a_program_that_starts_many_is_ended(tmp_path: Path, sandbox: Sandbox) -> None:
    code = "for _ in range(40):\n    if not os.fork():\n        break\ntime.sleep(1_000)"
    assert run(tmp_path, code, sandbox, processes=20).limit == "processes"


def test_memory_has_a_limit(tmp_path: Path, sandbox: Sandbox) -> None:
    ended = run(tmp_path, "bytearray(3_000_000_000)", sandbox, memory=1_000_000_000)
    assert "MemoryError" in ended.output


def test_a_program_that_does_not_exist_has_a_message(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    ended = supervise(
        ["/does/not/exist"],
        environ={},
        work=tmp_path / "work",
        writable=[],
        limits=Limits(),
        sandbox="none",
        network=False,
    )
    assert (ended.status, ended.output) == (127, "/does/not/exist: No such file or directory\n")
