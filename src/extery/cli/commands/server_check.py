"""``extery server-check``: does a repository work, for every Blender that may come?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from extery.cli.options import max_listing_option

if TYPE_CHECKING:
    from extery.repository.check import Checked


@click.command("server-check")
@click.argument("target", metavar="DIR|URL")
@click.option(
    "--access-token",
    metavar="TOKEN",
    envvar="EXTERY_CLIENT_TOKEN",
    show_envvar=True,
    default="",
    help="For repositories that ask who you are; sent to URL's server only.",
)
@max_listing_option
@click.option("--listing-only", is_flag=True, help="Do not read the packages.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    target: str,
    *,
    access_token: str,
    max_listing: int,
    listing_only: bool,
    strict: bool,
    as_json: bool,
) -> NoReturn:
    """Check a repository, and name everything that is wrong for its users.

    The listing is asked for and read as Blender does it. Every package has to be where its entry
    says, with the size, hash, id and version it says, and no narrower than it promises; and no
    Blender, on no platform, may find an extension twice. Packages on the web are downloaded.
    The exit status is 1 if there is an error.
    """
    from extery.cli.progress import ProgressLine
    from extery.core.errors import ExteryError
    from extery.fetch import Fetcher, repository_url
    from extery.repository.check import Checked, check_repository

    try:
        url = repository_url(target)
        with (
            Fetcher(token=access_token, token_for=url, max_document_size=max_listing) as fetcher,
            ProgressLine() as line,
        ):

            def told(done: int, total: int) -> None:
                if line.is_due:
                    line.show(f"{done} of {total} packages")

            found = check_repository(url, fetcher=fetcher, listing_only=listing_only, told=told)
    except ExteryError as error:
        if not as_json:
            raise
        found = Checked(target)
        found.problems.extend(error.problems)
    failed = not found.ok or (strict and bool(found.problems))
    if as_json:
        import json

        document = found.as_dict() | {"ok": not failed}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _print_text(found, target)
    raise SystemExit(1 if failed else 0)


def _print_text(found: Checked, target: str) -> None:
    from extery.cli.show import counted, show_problems

    show_problems(found.problems)
    errors, warnings = len(found.problems.errors), len(found.problems.warnings)
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    mark = "" if errors else click.style("ok", fg="green", bold=True) + ", "
    entries = f"{found.entries} {'entry' if found.entries == 1 else 'entries'}"
    facts = f"{entries}, {counted(found.packages, 'package')} read"
    click.echo(f"{target}: {mark}{', '.join([*counts, facts])}")
