"""Run one command of the tool. Exit status: 0 success, 1 the command failed or was interrupted, 2 wrong usage."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType

from extery.blender_ext.arguments import VERSION, make_parser
from extery.blender_ext.messages import Interrupted, Messages
from extery.blender_ext.pipe import wait_until_read
from extery.core.errors import ExteryError


def run(arguments: Sequence[str], *, prog: str = "extery blender-ext") -> int:
    """Run the command in ``arguments`` and return its exit status."""
    if "--version" in arguments:
        sys.stdout.write(f"{VERSION}\n")
        return 0
    parser = make_parser(prog)
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    if not parsed.module:
        parser.print_help()
        return 0
    messages = Messages(parsed.output_type)
    status = _run(parsed, messages)
    if parsed.output_type == "JSON_0":  # Blender's
        with suppress(OSError, ValueError):  # stdout is closed, or no file
            wait_until_read(sys.stdout.fileno())
    return status


def _run(parsed: Namespace, messages: Messages) -> int:
    with _stopping(messages):
        try:
            command = import_module(f"extery.blender_ext.{parsed.module}")
            is_success: bool = command.run(parsed, messages)
        except Interrupted:
            return 1
        except BrokenPipeError:
            _discard_output()
            return 0 if parsed.force_exit_ok else 1
        except (ExteryError, OSError) as error:
            _report(error, messages)
            return 1
    return 0 if is_success else 1


def _report(error: ExteryError | OSError, messages: Messages) -> None:
    """Report an error that the command expects nowhere else, such as a token that cannot be sent."""
    texts = map(str, error.problems) if isinstance(error, ExteryError) else [str(error)]
    with suppress(Interrupted):
        for text in texts:
            messages.fatal_error(text)


def _discard_output() -> None:
    """Let stdout lead nowhere, since Blender has ended: flushing it at the end would fail again."""
    with suppress(OSError, ValueError):  # not a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _stopping(messages: Messages) -> Iterator[None]:
    """Interrupt the command for the signal that Blender sends, as if it were no error."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        messages.interrupt()

    numbers = [signal.SIGINT]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    try:
        old = {number: signal.signal(number, on_signal) for number in numbers}
    except ValueError:  # not in the main thread
        old = {}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
