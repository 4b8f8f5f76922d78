"""The colours of the output, in one place. Whether there is colour at all: `extery.cli.terminal.uses_color`."""

from __future__ import annotations

import click

_SEVERITIES = {"error": "red", "warning": "yellow"}


def bold(text: str) -> str:
    """Style headings and places."""
    return click.style(text, bold=True)


def dim(text: str) -> str:
    """Style details such as codes."""
    return click.style(text, dim=True)


def severity(text: str, name: str) -> str:
    """Style a text about an ``error`` or a ``warning``."""
    return click.style(text, fg=_SEVERITIES[name], bold=True)


def success(text: str) -> str:
    """Style the text of a good result."""
    return click.style(text, fg="green", bold=True)


def hint(text: str) -> str:
    """Style the label of a hint."""
    return click.style(text, fg="cyan", bold=True)


def frame(text: str) -> str:
    """Style line numbers and the bars beside source lines."""
    return click.style(text, fg="blue", bold=True)


def changed_line(text: str) -> str:
    """Style a line of a unified diff by its first character."""
    colors = {"+": "green", "-": "red"}
    return click.style(text, fg=colors[text[0]]) if text[:1] in colors else text
