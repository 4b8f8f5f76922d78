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
        "import os\nfrom extery.generate.aside import aside\n"
        "who = lambda: str(os.getpid()).encode()\n"
        "print(aside(who, pays=True)() != who())"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "True"


def test_what_does_not_pay_is_made_here() -> None:
    assert aside.aside(who, pays=False)() == who()


def test_beside_other_threads_there_are_no_copies() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not aside.can_copy()
        assert aside.aside(who, pays=True)() == who()
    finally:
        done.set()
        thread.join()


def test_a_copy_that_comes_to_harm_is_replaced_by_work_here() -> None:
    me = os.getpid()

    def make() -> bytes:
        if os.getpid() != me:
            os._exit(9)
        return b"made"

    assert aside.aside(make, pays=True)() == b"made"
