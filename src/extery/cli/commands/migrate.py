"""``extery migrate``: bring a manifest into another form."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options

if TYPE_CHECKING:
    from extery.author.migrate import Migration, ReadManifest
    from extery.cli.output import Outcome
    from extery.manifest.schemas.forms import Form


@click.command(
    "migrate", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was changed."
)
@click.argument("source", required=False, type=LocalPath(readable=False))
@click.option("--to", "target", metavar="FORM", help="The form to write, by default the newest.")
@click.option(
    "--reason",
    "reasons",
    metavar="PERMISSION=TEXT",
    multiple=True,
    help="The reason of a permission that has none, in at most 64 characters.",
)
@click.option(
    "--fill-in",
    is_flag=True,
    help="Write an empty reason where none is given; 'extery validate' names them until they are written.",
)
@click.option("--diff", is_flag=True, help="Print what would change, and change nothing.")
@click.option("--list", "lists", is_flag=True, help="List the forms.")
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    source: Path | None,
    *,
    target: str | None,
    reasons: tuple[str, ...],
    fill_in: bool,
    diff: bool,
    lists: bool,
) -> Outcome:
    """Bring a manifest into another form or version of the schema.

    SOURCE is a folder with a blender_manifest.toml, or the file; by default the current folder. Comments and the order are
    kept. The reasons of permissions that were a list are asked for in a terminal, or given with --reason. What an older form
    has no place for is named.
    """
    from extery.author.fix import write_fixes
    from extery.author.migrate import check_names, plan_migration, read_manifest
    from extery.cli.output import Outcome
    from extery.manifest.schemas.forms import FORMS

    if lists:
        lines = [f"{form.name:<11} {form.summary}" for form in FORMS]
        rows = [form._asdict() for form in FORMS]
        return Outcome(ok=True, summary="", lines=lines, data={"forms": rows}, is_quiet=True)
    form = _form(target)
    manifest = read_manifest(source or Path())
    given = _reasons(reasons)
    if form != manifest.form and not (fill_in or diff):
        check_names(manifest)
        given = _ask(manifest, given)
    migration = plan_migration(manifest, form, given)
    if migration.result.missing and not (fill_in or diff):
        raise _missing(migration)
    if migration.is_needed and not diff:
        write_fixes(manifest.path.parent, [migration.file])
    return _outcome(migration, diff=diff)


def _form(name: str | None) -> Form:
    from extery.manifest.schemas.forms import FORMS

    found = next((form for form in FORMS if form.name == (name or FORMS[-1].name)), None)
    if found is None:
        known = ", ".join(form.name for form in FORMS)
        raise click.BadParameter(
            f"unknown form {name!r}; known forms: {known}", param_hint="'--to'"
        )
    return found


def _reasons(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, reason = text.partition("=")
        if not equals or not name.strip() or not reason.strip():
            raise click.BadParameter(
                f"{text!r} is not PERMISSION=TEXT, such as files='Export gears to disk'",
                param_hint="'--reason'",
            )
        found[name.strip()] = reason.strip()
    return found


def _ask(manifest: ReadManifest, given: Mapping[str, str]) -> dict[str, str]:
    """Ask for the reasons that are missing, in a terminal, each until Blender accepts it."""
    from extery.author.migrate import reason_problems
    from extery.cli.prompts import ask_until_valid

    found = dict(given)
    if sys.stdin.isatty() and sys.stderr.isatty():
        for name in manifest.permissions:
            if name not in found:
                question = f"Why does it need {name!r}?"
                found[name] = ask_until_valid(question, partial(reason_problems, manifest, name))
    return found


def _missing(migration: Migration) -> Exception:
    from extery.core.errors import InvalidInput

    names = [field.partition(".")[2] for field in migration.result.missing]
    return InvalidInput.of(
        "migrate.reason-missing",
        names=", ".join(names),
        options=" ".join(f"--reason {name}='…'" for name in names),
    )


def _outcome(migration: Migration, *, diff: bool) -> Outcome:
    from extery.cli.output import Outcome
    from extery.cli.terminal import printable

    file, result = migration.file, migration.result
    notes = [f"note: {field} is lost: {printable(text)}" for field, text in result.lost.items()]
    notes += [f"note: write the reason of {field}" for field in result.missing]
    if not migration.is_needed:
        summary = f"{file.path} has the form {migration.target.name} already."
    else:
        word = "Would change" if diff else "Changed"
        summary = f"{word} {file.path} from {migration.source.name} to {migration.target.name}."
    return Outcome(
        ok=True,
        summary=printable(summary),
        lines=[printable(line) for line in file.diff()] if diff else [],
        notes=notes,
        data={
            "file": str(file.path),
            "from": migration.source.name,
            "to": migration.target.name,
            "changed": migration.is_needed and not diff,
            "lost": dict(result.lost),
            "missing": list(result.missing),
        },
    )
