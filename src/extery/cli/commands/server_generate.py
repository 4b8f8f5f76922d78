"""``extery server-generate``: make a folder of packages a repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.core.errors import Problem
    from extery.generate import Generated


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
    help="A page of your own, with ${body} and ${date}.",
)
@click.option("--strict", is_flag=True, help="Write nothing if a package is bad.")
@click.option("--keep-going", is_flag=True, help="Exit with 0 although packages are bad.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    repo_dir: Path,
    *,
    repo_config: Path | None,
    html: bool,
    html_template: Path | None,
    strict: bool,
    keep_going: bool,
    as_json: bool,
) -> NoReturn:
    """Make a folder of packages a repository that Blender can subscribe to.

    A bad package is named and left out, the rest is listed, and the exit status is 1. Readers see
    the old listing or the new one, never half of one.
    """
    if strict and keep_going:
        raise click.UsageError("--strict and --keep-going exclude each other.")
    from extery.core.errors import ExteryError
    from extery.generate import generate

    if html_template and not html:
        click.echo("--html-template has no effect without --html", err=True)
    try:
        done = generate(
            repo_dir, html=html, template=html_template, config=repo_config, strict=strict
        )
    except ExteryError as error:
        if as_json:
            _print_json(None, error.problems)
        else:
            _show(error.problems)
        raise SystemExit(1) from error
    if as_json:
        _print_json(done, done.problems)
    else:
        _show(done.problems)
        click.echo(f"found {len(done.entries)} packages.")
        for path in done.written:
            click.echo(f"written: {path}", err=True)
    raise SystemExit(1 if done.problems.errors and not keep_going else 0)


def _show(problems: Iterable[Problem]) -> None:
    from extery.cli.show import show_problems

    show_problems(problems, stream=sys.stderr)


def _print_json(done: Generated | None, problems: Iterable[Problem]) -> None:
    import json

    problems = list(problems)
    document = {
        "ok": done is not None and not any(problem.is_error for problem in problems),
        "packages": len(done.entries) if done else 0,
        "written": [str(path) for path in done.written] if done else [],
        "problems": [problem.as_dict() for problem in problems],
    }
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
