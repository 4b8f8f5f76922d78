"""A progress bar on stderr, for terminals only; rich is imported on demand."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from extery.cli.terminal import is_interactive, printable, uses_color

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Items with a bar of their own at a time.
MAX_ROWS = 5


class ProgressBar:
    """A context manager; writes nothing if stderr is not a terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._rows: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if is_interactive(sys.stderr):
            self._progress = _rich_progress()
            self._progress.start()
            self._task = self._progress.add_task(self._title, total=None, detail="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    @property
    def is_shown(self) -> bool:
        return self._progress is not None

    def update(self, done: int, total: int, detail: str) -> None:
        """Show ``done`` of ``total``, with ``detail`` after the bar."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, detail=detail)

    def show_item(self, name: str, detail: str, done: int, total: int) -> None:
        """Show a bar for one item below that of all, if there is room; `hide_item` removes it."""
        if self._progress is None:
            return
        if name not in self._rows:
            if len(self._rows) >= MAX_ROWS:
                return
            self._rows[name] = self._progress.add_task(
                f"  {printable(name)}", total=None, detail=""
            )
        self._progress.update(self._rows[name], completed=done, total=total or None, detail=detail)

    def hide_item(self, name: str) -> None:
        """Remove the bar of an item."""
        if self._progress is not None and name in self._rows:
            self._progress.remove_task(self._rows.pop(name))


def _rich_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True, no_color=not uses_color(sys.stderr), highlight=False)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        console=console,
        transient=True,
    )
