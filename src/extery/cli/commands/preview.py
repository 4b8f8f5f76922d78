"""``extery preview``: serve a folder of packages on this computer."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.core.errors import ExteryError


@click.command(
    "preview",
    cls=OutcomeCommand,
    project_folder=lambda params: params["folder"],
    on_failure="Nothing was served.",
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on: this computer only, or for example 0.0.0.0 for the whole network.",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8008,
    show_default=True,
    help="0 takes any free port.",
)
@click.option("--no-generate", is_flag=True, help="Serve the folder as it is.")
@click.option("-q", "--quiet", is_flag=True, help="Do not print requests.")
@click.option("--no-config", is_flag=True, help="Ignore the project file.")
def command(folder: Path, *, host: str, port: int, no_generate: bool, quiet: bool) -> Outcome:
    """Serve a folder of packages on this computer, and keep its listing up to date.

    When a package is added, changed or removed, index.json and index.html are written again, with the options of the last server-generate. A
    mirror, or a listing with more in it than the packages say, is served as it is. Ctrl+C stops it. For the public use a real web server, or
    none: file:// works too.
    """
    from extery.cli.output import Outcome, located, print_note, print_problems
    from extery.cli.terminal import printable
    from extery.repository.preview import preview

    def log(line: str) -> None:
        if not quiet:
            print_note(printable(line))

    def on_error(error: ExteryError) -> None:
        print_problems(located(error.problems))

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with preview(
        folder, host=host, port=port, regenerate=not no_generate, log=log, on_error=on_error
    ) as running:
        signal.signal(signal.SIGTERM, end)
        click.echo(f"Paste into Blender: {running.listing_url}")
        for url, audience in running.other_listing_urls:
            click.echo(f"  or, for {audience}: {url}")
        if (folder / "index.html").is_file():
            click.echo(f"Open in a browser:  {running.url}/")
        sys.stdout.flush()
        try:
            running.wait()
        except KeyboardInterrupt:
            print_note("Stopped.")
    return Outcome(ok=True, summary="", is_quiet=True)
