"""Options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable
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


#: The name of a file for `parse_valid_tags_option`.
valid_tags_option = click.option(
    "--valid-tags",
    metavar="FILE",
    help="Accept the tags listed in a JSON file instead of Blender's; an empty name accepts all.",
)


def parse_valid_tags_option(file: str | None) -> dict[str, list[str]] | None:
    """Return type -> valid tags; ``None`` means Blender's own, ``{}`` disables the check.

    Raises `InvalidInput` if the file cannot be used.
    """
    if file is None:
        return None
    from extery.manifest.tags import load_valid_tags

    return load_valid_tags(file)


#: Megabytes on the command line, bytes for the command.
max_listing_option = click.option(
    "--max-listing",
    metavar="MB",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    callback=lambda _ctx, _parameter, value: value * 1_000_000,
    help="Largest listing to download; it is read into memory.",
)
