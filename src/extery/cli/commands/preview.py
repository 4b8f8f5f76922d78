"""``extery preview``: try a folder of packages as people will meet it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extery.core.errors import ExteryError


@click.command("preview")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Who may come: this computer only, or for example 0.0.0.0 for the whole network.",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8008,
    show_default=True,
    help="0 takes any that is free.",
)
@click.option("--no-generate", is_flag=True, help="Serve the folder as it is.")
@click.option("-q", "--quiet", is_flag=True, help="Do not print requests.")
def command(folder: Path, *, host: str, port: int, no_generate: bool, quiet: bool) -> None:
    """Serve a folder of packages for trying out, and keep its listing up to date.

    Whenever a package comes, changes or goes, index.json and index.html are made anew, as server-generate made them the last time. A mirror,
    or a listing with more in it than the packages tell, is served as it is. Ctrl+C ends it. For the public use a real web server, or none:
    file:// works too.
    """
    from extery.repository.preview import preview

    def log(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    def failed(error: ExteryError) -> None:
        from extery.cli.show import show_problems

        show_problems(error.problems, stream=sys.stderr)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with preview(
        folder, host=host, port=port, generating=not no_generate, log=log, failed=failed
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
            click.echo("Stopped.", err=True)
