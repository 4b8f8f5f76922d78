"""``extery server-generate``: make a folder of packages a repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.core.errors import Problem
    from extery.repository.generate import Generated


def _finite(_ctx: click.Context, _parameter: click.Parameter, value: float) -> float:
    if value != value:  # not a number is in every range
        raise click.BadParameter("it is not a number")
    return value


@click.command("server-generate")
@click.option(
    "--repo-dir",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder with the packages; index.json is written into it.",
)
@click.option(
    "--repo-config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration with the blocklist, by default blender_repo.toml in DIR.",
)
@click.option("--html", is_flag=True, help="Write index.html too, to drag packages from.")
@click.option(
    "--html-template",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A page of your own, with ${body}, ${title} and other names.",
)
@click.option(
    "--legacy-repo-json",
    "legacy",
    is_flag=True,
    help="Write repo.json too, for add-ons from before Blender 4.2: .py files and zips with bl_info.",
)
@click.option(
    "--baseurl",
    metavar="URL",
    default="",
    help="Where DIR is on the web, for repo.json; by default base_url of the configuration.",
)
@click.option("--verify", is_flag=True, help="Read every package again, also unchanged ones.")
@click.option("--strict", is_flag=True, help="Write nothing if a package is bad.")
@click.option("--keep-going", is_flag=True, help="Exit with 0 although packages are bad.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.option(
    "--output-type",
    type=click.Choice(["TEXT", "JSON", "JSON_0"]),
    help="Print messages as Blender's own tool does: lines, or JSON ended by newlines or zeros.",
)
@click.option(
    "--lock-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, max=86_400),
    callback=_finite,
    default=600,
    show_default=True,
    help="How long to wait for another run in DIR.",
)
def command(
    repo_dir: Path,
    *,
    repo_config: Path | None,
    html: bool,
    html_template: Path | None,
    legacy: bool,
    baseurl: str,
    verify: bool,
    strict: bool,
    keep_going: bool,
    as_json: bool,
    output_type: str | None,
    lock_timeout: float,
) -> NoReturn:
    """Make a folder of packages a repository that Blender can subscribe to.

    Of several versions every Blender is offered the newest that fits it. Packages that have not
    changed since the last run are not read again. A bad package is named and left out, the rest is
    listed, and the exit status is 1. Readers see the old listing or the new one, never half of one.
    """
    if strict and keep_going:
        raise click.UsageError("--strict and --keep-going exclude each other.")
    if as_json and output_type:
        raise click.UsageError("--json and --output-type exclude each other.")
    import gc

    from extery.core.errors import ExteryError
    from extery.repository.generate import generate

    if html_template and not html:
        click.echo("--html-template has no effect without --html", err=True)
    if baseurl and not legacy:
        click.echo("--baseurl has no effect without --legacy-repo-json", err=True)
    say = _Messages(output_type) if output_type else _Json() if as_json else _People()
    gc.disable()  # thousands of small values, none in a circle: looking for some costs a tenth
    try:
        done = generate(
            repo_dir,
            html=html,
            template=html_template,
            config=repo_config,
            strict=strict,
            verify=verify,
            legacy=legacy,
            base_url=baseurl,
            lock_timeout=lock_timeout,
            on_wait=lambda holder: click.echo(
                f"waiting up to {lock_timeout:g} seconds for {holder}", err=True
            ),
        )
    except ExteryError as error:
        say.failed(error.problems)
        raise SystemExit(1) from error
    finally:
        gc.freeze()  # nor later
        gc.enable()
    say.done(done)
    raise SystemExit(1 if done.problems.errors and not keep_going else 0)


def _written(paths: Iterable[Path]) -> list[str]:
    """The files, and of packages, which may be thousands, only how many there are in each folder."""
    from extery.cli.show import counted

    packages: dict[Path, int] = {}
    lines = []
    for path in paths:
        if path.suffix == ".zip":
            packages[path.parent] = packages.get(path.parent, 0) + 1
        else:
            lines.append(str(path))
    return [
        f"{counted(number, 'package')} in {place}" for place, number in packages.items()
    ] + lines


class _People:
    """Text: the count on stdout, the rest on stderr."""

    def failed(self, problems: Iterable[Problem]) -> None:
        from extery.cli.show import show_problems

        show_problems(problems, stream=sys.stderr)

    def done(self, done: Generated) -> None:
        if done.problems:
            self.failed(done.problems)
        click.echo(f"found {done.packages} packages.")
        for line in _written(done.written):
            click.echo(f"written: {line}", err=True)
        has_several = len(done.listings) > 1
        for address, audience in done.listings if done.written or has_several else ():
            whose = f", for {audience}" if has_several else ""
            click.echo(f"paste into Blender{whose}: {done.url(address)}", err=True)


class _Json:
    """One JSON document."""

    def failed(self, problems: Iterable[Problem]) -> None:
        self._print(None, problems)

    def done(self, done: Generated) -> None:
        self._print(done, done.problems)

    def _print(self, done: Generated | None, problems: Iterable[Problem]) -> None:
        import json

        problems = list(problems)
        document = {
            "ok": done is not None and not any(problem.is_error for problem in problems),
            "packages": done.packages if done else 0,
            "written": [str(path) for path in done.written] if done else [],
            "listings": [
                {"file": address, "audience": audience, "url": done.url(address)}
                for address, audience in done.listings
            ]
            if done
            else [],
            "problems": [problem.as_dict() for problem in problems],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))


class _Messages:
    """The protocol of Blender's stand-alone tool: pairs of a type and a text, on stdout."""

    def __init__(self, form: str) -> None:
        self.form = form

    def failed(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._say("FATAL_ERROR" if problem.is_error else "WARN", str(problem))

    def done(self, done: Generated) -> None:
        for problem in done.problems:
            self._say("ERROR" if problem.is_error else "WARN", str(problem))
        self._say("STATUS", f"found {done.packages} packages.")

    def _say(self, kind: str, text: str) -> None:
        import json

        if self.form == "TEXT":
            click.echo(text if kind == "STATUS" else f"{kind}: {text}")
        else:
            click.echo(
                json.dumps([kind, text]) + ("\0" if self.form == "JSON_0" else "\n"), nl=False
            )
