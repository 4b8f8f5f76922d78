"""Work in a copy of this process, with the same result as without one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from extery.generate import aside

needs_copies = pytest.mark.skipif(
    sys.platform != "linux" or aside.processors() < 2, reason="work is not shared here"
)


def who() -> bytes:
    return str(os.getpid()).encode()


@needs_copies
def test_what_pays_is_made_in_another_process() -> None:
    # In a Python of its own: the one that runs the tests may have other threads.
    code = (
        "import os\nfrom extery.generate.aside import Aside\n"
        "who = lambda: str(os.getpid()).encode()\n"
        "print(Aside(who, pays=True).result() != who())"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "True"


def test_what_does_not_pay_is_made_here() -> None:
    assert aside.Aside(who, pays=False).result() == who()


def test_beside_other_threads_there_are_no_copies() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not aside.can_copy()
        assert aside.Aside(who, pays=True).result() == who()
    finally:
        done.set()
        thread.join()


def test_a_copy_that_comes_to_harm_is_replaced_by_work_here() -> None:
    me = os.getpid()

    def make() -> bytes:
        if os.getpid() != me:
            os._exit(9)
        return b"made"

    assert aside.Aside(make, pays=True).result() == b"made"


def in_a_python_of_its_own(code: str) -> str:
    """What the code prints; the one that runs the tests may have other threads, and then there are no copies."""
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_copies
def test_a_copy_whose_result_nobody_wants_is_let_go() -> None:
    code = (
        "import os\nfrom extery.generate.aside import Aside\n"
        "made = Aside(lambda: bytes(10_000_000), pays=True)\n"
        "assert not made.end()\n"
        "try:\n    os.waitpid(-1, 0)\nexcept ChildProcessError:\n    print('gone')"
    )

    assert in_a_python_of_its_own(code) == "gone"


@needs_copies
@pytest.mark.parametrize(
    "trouble",
    [
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "def fork(): raise OSError(11, 'no more')\nos.fork = fork",
    ],
)
def test_where_no_copy_can_be_had_or_heard_of_the_work_is_done_here(trouble: str) -> None:
    code = (
        f"import os\n{trouble}\nfrom extery.generate.aside import Aside\n"
        "print(Aside(lambda: b'made', pays=True).result().decode())"
    )

    assert in_a_python_of_its_own(code) == "made"
