"""``extery preview``: serve a folder of packages on this computer."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, valid_tags_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.cli.output import Outcome, PrefixedProblem, SilencedProblem
    from extery.core.errors import ExteryError
    from extery.repository.preview import Preview


@click.command(
    "preview",
    cls=OutcomeCommand,
    project_folder=lambda params: params["folder"],
    on_failure="Nothing was served.",
)
@click.argument("folder", metavar="[DIR]", default=".", type=LocalPath())
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
@click.option("--no-generate", is_flag=True, help="Serve the folder unchanged.")
@click.option("-q", "--quiet", is_flag=True, help="Do not print requests.")
@valid_tags_option
@output_options()
@click.pass_obj
def command(
    run: Run,
    folder: Path,
    *,
    host: str,
    port: int,
    no_generate: bool,
    quiet: bool,
    valid_tags: str | None,
) -> Outcome:
    """Serve a folder of packages on this computer, and keep its listing up to date.

    index.json and index.html are regenerated when packages are added, changed or removed, with the options of the
    last server-generate. Mirrors, and listings with entries that the packages do not have, are served unchanged.
    Ctrl+C stops it; then every --output-format but text prints all problems that occurred. For public use choose a
    real web server, or none: file:// works too.
    """
    from extery.cli.output import Outcome, print_note
    from extery.cli.terminal import printable
    from extery.repository.preview import preview

    is_text = run.output_format == "text"
    problems = ProblemLog(run, is_text=is_text)

    def log(line: str) -> None:
        if not quiet:
            print_note(printable(line))

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    regenerate = not no_generate
    with (
        preview(
            folder,
            host=host,
            port=port,
            regenerate=regenerate,
            valid_tags=valid_tags,
            log=log,
            on_error=problems.add,
        ) as running,
        suppress(KeyboardInterrupt),
    ):
        signal.signal(signal.SIGTERM, end)
        for line in _addresses(running, folder):
            click.echo(line, err=not is_text)
        sys.stdout.flush()
        running.wait()
    listings = [{"url": url, "audience": audience} for url, audience in running.listing_urls]
    return Outcome(
        ok=True,
        summary="Stopped.",
        problems=problems.reported,
        silenced=problems.silenced,
        data={"url": running.listing_url, "listings": listings},
        problems_are_printed=is_text,
        has_sources=True,
    )


class ProblemLog:
    """The problems of all runs of the generator, each once; prints them as they occur if ``is_text``."""

    def __init__(self, run: Run, *, is_text: bool) -> None:
        self._run = run
        self._is_text = is_text
        self._fingerprints: set[str] = set()
        self.reported: list[PrefixedProblem] = []
        self.silenced: list[SilencedProblem] = []

    def add(self, error: ExteryError) -> None:
        """Add the problems of one run."""
        from extery.cli.output import prefix_problems, print_problems

        problems, silenced = self._run.silence(prefix_problems(error.problems))
        if self._is_text and problems:
            print_problems(problems, has_sources=True)
        self.reported += [item for item in problems if self._is_new(item)]
        self.silenced += [item for item in silenced if self._is_new(item.prefixed)]

    def _is_new(self, item: PrefixedProblem) -> bool:
        fingerprint = item.problem.fingerprint
        is_new = fingerprint not in self._fingerprints
        self._fingerprints.add(fingerprint)
        return is_new


def _addresses(running: Preview, folder: Path) -> Iterable[str]:
    audience = running.listings[0][1]
    audience = f", for {audience}" if audience != "everyone" else ""
    yield f"Paste into Blender{audience}: {running.listing_url}"
    for url, audience in running.other_listing_urls:
        yield f"  or, for {audience}: {url}"
    if (folder / "index.html").is_file():
        yield f"Open in a browser:  {running.url}/"
