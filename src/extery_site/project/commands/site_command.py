"""The class of the website's commands."""

from __future__ import annotations

from typing import Any

import click


class SiteCommand(click.Command):
    """A command with a summary for the case that it raises an `ExteryError`.

    `extery.cli.app` prints the problems of the error and ``on_failure``, and exits with status 1.
    """

    def __init__(self, *arguments: Any, on_failure: str, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.on_failure = on_failure
