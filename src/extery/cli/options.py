"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

#: Formats of every command that prints problems.
FORMATS = ("text", "json", "github", "sarif")


def output_options(*more_formats: str) -> Callable[[Decorated], Decorated]:
    """Add --output-format, --json and --no-config; `extery.cli.command` acts on them."""

    def decorate(function: Decorated) -> Decorated:
        for option in (
            click.option("--no-config", is_flag=True, help="Ignore the project file."),
            click.option(
                "--json", "as_json", is_flag=True, help="The same as --output-format json."
            ),
            click.option(
                "--output-format",
                type=click.Choice([*FORMATS, *more_formats]),
                default="text",
                show_default=True,
                help="How to print the result and all problems.",
            ),
        ):
            function = option(function)
        return function

    return decorate


#: Gives the file's name; `read_valid_tags` reads it.
valid_tags_option = click.option(
    "--valid-tags",
    metavar="FILE",
    help="Take the tags of a JSON file as valid; an empty name checks no tags.",
)


def read_valid_tags(file: str | None) -> dict[str, list[str]] | None:
    """Return type -> tags: ``None`` for Blender's own, ``{}`` for no check. Raises `InvalidInput`."""
    if not file:
        return None if file is None else {}
    from extery.manifest.tags import read_valid_tags

    return read_valid_tags(Path(file))


#: Gives bytes.
max_listing_option = click.option(
    "--max-listing",
    metavar="MB",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    callback=lambda _ctx, _parameter, value: value * 1_000_000,
    help="Largest listing to download; it is read into memory.",
)
