"""``extery validate``: say everything that is wrong with a folder, a manifest or a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from extery.cli.options import valid_tags_option

if TYPE_CHECKING:
    from extery.rules import Report


@click.command("validate")
@click.argument(
    "paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, readable=False)
)
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print the reports as an HTML page.")
@valid_tags_option
@click.option(
    "--like-blender",
    is_flag=True,
    help="Fail only where Blender's own tools fail; our stricter rules become warnings.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def command(
    paths: tuple[Path, ...],
    *,
    as_json: bool,
    as_html: bool,
    valid_tags: dict[str, list[str]] | None,
    like_blender: bool,
    strict: bool,
    quiet: bool,
) -> NoReturn:
    """Check manifests, folders and packages, and name everything that is wrong.

    PATH is a folder with a blender_manifest.toml, such a file itself, or a zip; without one it
    is the current folder. Every problem has its place, a code and a hint. The exit status is 1 if
    there is an error.
    """
    from extery.rules import check_path

    if as_json and as_html:
        raise click.UsageError("--json and --html exclude each other.")
    reports = [
        check_path(path, valid_tags=valid_tags, hashed=as_json) for path in paths or (Path(),)
    ]
    if like_blender:
        for report in reports:
            report.forgive_stricter()
    failed = any(not report.ok or (strict and report.problems) for report in reports)
    if as_json:
        _print_json(reports, ok=not failed)
    elif as_html:
        from extery.cli.report_page import page

        click.echo(page(reports))
    else:
        for report in reports:
            _print_text(report, quiet=quiet)
        if len(reports) > 1 and not quiet:
            bad = sum(not report.ok for report in reports)
            click.echo(f"{len(reports)} checked, {bad} with errors")
    raise SystemExit(1 if failed else 0)


def _print_json(reports: list[Report], *, ok: bool) -> None:
    import json

    document = {"ok": ok, "reports": [report.as_dict() for report in reports]}
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _prefix(report: Report, file: str) -> str:
    """What leads from here to ``file``: the folder given, or that of the file, or the package."""
    folder, _, name = report.name.rpartition("/")
    if report.kind == "folder":
        return "" if report.name == "." else f"{report.name.rstrip('/')}/"
    if report.kind == "package" and file != name:
        return f"{report.name}/"
    return f"{folder}/" if "/" in report.name else ""


def _print_text(report: Report, *, quiet: bool) -> None:
    from extery.cli.show import counted, printable, show_problems

    name = printable(report.name)
    for problem in report.problems:
        show_problems([problem], prefix=_prefix(report, problem.where.file))
    if quiet:
        return
    errors, warnings = len(report.problems.errors), len(report.problems.warnings)
    found = [counted(errors, "error")] if errors else []
    found += [counted(warnings, "warning")] if warnings else []
    if errors:
        click.echo(f"{name}: {', '.join(found)}")
        return
    assert report.manifest is not None  # without an error it was read
    facts = f"{report.manifest.id} {report.manifest.version} ({report.manifest.type})"
    if report.kind == "package" and report.size is not None:
        from extery.core.files import human_size

        facts += f", {counted(report.members or 0, 'file')}, {human_size(report.size)}"
    mark = click.style("ok", fg="green", bold=True)
    click.echo(f"{name}: {mark}: {facts}{', ' + found[0] if found else ''}")
