"""Options shared by several commands."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import click

from extery.core.versions import (
    JUDGED_SERIES,
    BlenderSeries,
    format_series,
    parse_blender_version,
)

# Compiled when they are needed, to keep start-up short.
_VERSION = r"[0-9]+(\.[0-9]+)+"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"


if TYPE_CHECKING:
    _ParamType: TypeAlias = click.ParamType[Any]
else:
    _ParamType = click.ParamType  # generic since click 8.4 only


class LikeBlender(_ParamType):
    """The value of --like-blender: a series such as ``4.2``, or ``any`` without a version."""

    name = "version"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> BlenderSeries | Literal["any"] | None:
        """Return the series; a project file may have true for ``any`` and false for ``None``."""
        if isinstance(value, bool):
            return "any" if value else None
        if value == "any":
            return "any"
        try:
            major, minor, _ = parse_blender_version(value)
        except ValueError:
            major = minor = 0
        if (major, minor) not in JUDGED_SERIES:
            known = ", ".join(map(format_series, JUDGED_SERIES))
            self.fail(f"{value!r} is not one of the versions {known}.", param, ctx)
        return major, minor


class LocalPath(click.Path):
    """A path on this computer. A URL in its place is wrong usage."""

    def __init__(self, *, readable: bool = True, file_okay: bool = True) -> None:
        super().__init__(path_type=Path, readable=readable, file_okay=file_okay)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        text = os.fspath(value)
        scheme, mark, _ = text.partition("://")
        if mark and re.fullmatch(_SCHEME, scheme) and not os.path.lexists(text):
            from extery.fetch import repository_of_link

            if repository := repository_of_link(text):
                self.fail(
                    f"{text!r} is a drag-and-drop link, and this is a path on this computer; "
                    f"its repository is {repository}",
                    param,
                    ctx,
                )
            self.fail(
                f"{text!r} is a URL, and this is a path on this computer. Download the file first; "
                "'extery mirror' copies and 'extery server-check' checks a repository by its URL.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


like_blender_option = click.option(
    "--like-blender",
    metavar="[VERSION]",
    type=LikeBlender(),
    help="Fail only where Blender's own tools fail, of any version or of VERSION (such as 4.2); report all else as "
    "warnings.",
)


def join_optional_version(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``--like-blender`` and the version behind it, if there is one, as one of them."""
    joined: list[str] = []
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    for argument in arguments[:end]:
        if joined and joined[-1] == "--like-blender":
            if re.fullmatch(_VERSION, argument):
                joined[-1] += f"={argument}"
                continue
            joined[-1] += "=any"
        joined.append(argument)
    if joined and joined[-1] == "--like-blender":
        joined[-1] += "=any"
    return [*joined, *arguments[end:]]


Decorated = TypeVar("Decorated", bound=Callable[..., Any])

#: Formats of every command that prints problems.
FORMATS = ("text", "json", "github", "sarif", "gitlab", "junit")


def output_options(
    *more_formats: str, project_file: bool = True, for_problems: bool = True
) -> Callable[[Decorated], Decorated]:
    """Add --output-format, --json and --no-config; `extery.cli.command` acts on them.

    The last one is only for commands that read a project file. Formats for problems only are left out unless
    ``for_problems``.
    """

    def decorate(function: Decorated) -> Decorated:
        no_config = click.option("--no-config", is_flag=True, help="Ignore the project file.")
        for option in (
            *([no_config] if project_file else []),
            click.option(
                "--json", "as_json", is_flag=True, help="The same as --output-format json."
            ),
            click.option(
                "--output-format",
                type=click.Choice(
                    [*(FORMATS if for_problems else ("text", "json")), *more_formats]
                ),
                default="text",
                show_default=True,
                help="How to print the result and all problems.",
            ),
        ):
            function = option(function)
        return function

    return decorate


def _set_quiet(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    from extery.cli.output import QUIET

    context.meta[QUIET] = value


#: For commands with progress: see `extery.cli.output.run_progress`.
quiet_option = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_set_quiet,
    help="Print problems only, and no progress.",
)

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
