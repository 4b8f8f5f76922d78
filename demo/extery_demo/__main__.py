"""``python -m extery_demo``: seed the site of a data folder without serving it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from extery.core.errors import ExteryError
from extery_demo import seed_site
from extery_site.project.startup import prepare


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder of the site. Default: EXTERY_DATA, else var.",
)
@click.option(
    "--size",
    type=click.Choice(["small", "full"]),
    default="small",
    show_default=True,
    help="full adds 200 fake extensions.",
)
@click.option("--force", is_flag=True, help="Seed a site even if EXTERY_SITE_URL is public.")
def main(data: Path | None, size: str, force: bool) -> None:
    """Seed an empty site with demo content and print the sign-ins."""
    try:
        prepare(data)
        result = seed_site(size=size, force=force)
    except ExteryError as error:
        for problem in error.problems:
            click.echo(f"error: {problem} [{problem.code}]", err=True)
            if problem.hint:
                click.echo(f"  hint: {problem.hint}", err=True)
        sys.exit(1)
    click.echo(str(result))
    for name, password, role in result.sign_ins:
        click.echo(f"  {name:<12} {password:<14} {role}")


if __name__ == "__main__":
    main(prog_name="python -m extery_demo")
