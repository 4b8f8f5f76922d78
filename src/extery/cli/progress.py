"""One line on a terminal that is written again and again, and is gone at the end."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

_PAUSE = 0.1


class ProgressLine:
    """Used as a context. Where stderr is no terminal nothing is written."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._next = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._width:
            click.echo(f"\r{'':<{self._width}}\r", nl=False, err=True)

    @property
    def is_due(self) -> bool:
        """Whether it is worth making a text: often enough to live, seldom enough to cost nothing."""
        return self._is_shown and time.monotonic() >= self._next

    def show(self, text: str) -> None:
        """Put ``text`` in the place of what is there."""
        self._next = time.monotonic() + _PAUSE
        click.echo(f"\r{text:<{self._width}}", nl=False, err=True)
        self._width = len(text)
