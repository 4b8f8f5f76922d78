"""Progress of a command about several items, on stderr.

On a terminal a bar for all and for each item in work; elsewhere a line at most once a second; with --json events, see
`extery.cli.output.events`; with --quiet nothing.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import click

from extery.cli.output import is_json, is_quiet, pluralize, print_note
from extery.cli.output.events import event_line
from extery.cli.output.progress import ProgressBar
from extery.cli.terminal import printable
from extery.core.files import format_size

#: Seconds between two lines, and before the first one.
INTERVAL = 1.0
FINAL_STATES = ("done", "failed")


class RunProgress:
    """A context manager that shows how much is done. Thread-safe.

    ``noun`` is what is counted, such as ``package``.
    """

    def __init__(self, title: str, noun: str) -> None:
        self._title = title
        self._noun = noun
        self._is_json, self._is_quiet = is_json(), is_quiet()
        self._bar = ProgressBar(title)
        self._lock = threading.Lock()
        self._started = self._last = time.monotonic()

    def __enter__(self) -> Self:
        if not self._is_json and not self._is_quiet:
            self._bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def item(self, name: str, state: str, *, received: int = 0, size: int = 0) -> None:
        """Show that an item is in another state, or that more of it was received."""
        with self._lock:
            if self._bar.is_shown:
                if state in FINAL_STATES:
                    self._bar.hide_item(name)
                else:
                    self._bar.show_item(name, state, received, size)

    def changed(self, name: str, state: str, *, size: int = 0) -> None:
        """Show that an item is in another state."""
        self.item(name, state, size=size)
        if self._is_json and not self._is_quiet:
            self._event("item", name=name, state=state, size=size)

    def finish(self, done: int, total: int, name: str, state: str) -> None:
        """Show that an item is finished, one of ``done``."""
        self.changed(name, state)
        self.update(done, total)

    def update(
        self, done: int, total: int, *, received: int = 0, of_bytes: int = 0, fetched: int = 0
    ) -> None:
        """Show how many items are finished, and how many bytes are there; ``fetched`` of them were received."""
        if self._is_quiet:
            return
        with self._lock:
            now = time.monotonic()
            rate = round(fetched / max(now - self._started, 0.001))
            is_due = now - self._last >= INTERVAL
            if is_due:
                self._last = now
        if self._is_json:
            if is_due or done == total:
                self._event(
                    "progress", done=done, of=total, received=received, of_bytes=of_bytes, rate=rate
                )
            return
        if not self._bar.is_shown and not is_due:
            return
        detail = f"{done} of {pluralize(total, self._noun)}"
        if of_bytes:
            detail += f", {format_size(received)} of {format_size(of_bytes)}"
        if fetched:
            detail += f", {format_size(rate)}/s"
        if self._bar.is_shown:
            self._bar.update(received if of_bytes else done, of_bytes or total, detail)
        else:
            print_note(f"{self._title}: {detail}")

    def _event(self, event: str, **values: str | int) -> None:
        with self._lock:
            click.echo(event_line(event, **values), err=True)


def report_wait(holder: str) -> None:
    """Print that another process is waited for."""
    if is_quiet():
        return
    if is_json():
        click.echo(event_line("waiting", holder=holder), err=True)
    else:
        print_note(printable(f"Waiting for {holder} …"))
