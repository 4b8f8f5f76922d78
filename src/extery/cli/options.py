"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path

import click


def _read_tags(
    _ctx: click.Context, _parameter: click.Parameter, file: str | None
) -> dict[str, list[str]] | None:
    if not file:
        return None if file is None else {}
    from extery.manifest.tags import read_valid_tags

    return read_valid_tags(Path(file))


#: Gives type -> tags: ``None`` for Blender's own, ``{}`` for no check.
valid_tags_option = click.option(
    "--valid-tags",
    metavar="FILE",
    callback=_read_tags,
    help="Take the tags of a JSON file as valid; an empty name checks no tags.",
)


#: Gives bytes.
max_listing_option = click.option(
    "--max-listing",
    metavar="MB",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    callback=lambda _ctx, _parameter, value: value * 1_000_000,
    help="Take listings from the web up to this size; they are read into memory.",
)
