"""``extery build``: pack a folder as an extension package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from extery.cli.options import valid_tags_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.author.build.execute import BuiltPackage, WrittenMember
    from extery.core.errors import Problem

_LARGEST = 10


@click.command("build")
@click.argument("source", required=False, type=click.Path(path_type=Path, readable=False))
@click.option(
    "--source-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The folder of the manifest, the same as SOURCE.",
)
@click.option(
    "--output-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the package goes, by default the current folder.",
)
@click.option(
    "--output-filepath",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The package itself, instead of {id}-{version}.zip.",
)
@click.option(
    "--split-platforms",
    is_flag=True,
    help="Make a package for each of the manifest's platforms, each with the wheels that fit.",
)
@valid_tags_option
@click.option("--strict", is_flag=True, help="Build nothing if there are warnings.")
@click.option("--verbose", is_flag=True, help="Name every file, and show which are the largest.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as JSON.")
def command(
    source: Path | None,
    *,
    source_dir: Path | None,
    output_dir: Path | None,
    output_filepath: Path | None,
    split_platforms: bool,
    valid_tags: dict[str, list[str]] | None,
    strict: bool,
    verbose: bool,
    as_json: bool,
) -> NoReturn:
    """Pack a folder as an extension package.

    SOURCE is the folder of the blender_manifest.toml, by default the current one. The manifest's
    [build] says what goes in and what stays out. The same files give the same package on every
    machine, at any time. Nothing is written if there is an error.
    """
    if source is not None and source_dir is not None:
        raise click.UsageError("SOURCE and --source-dir exclude each other.")
    from extery.author.build.execute import execute, plan_build
    from extery.core.errors import ExteryError, InvalidInput

    folder = source or source_dir or Path()
    try:
        plan = plan_build(
            folder,
            split_platforms=split_platforms,
            output_dir=output_dir,
            output_file=output_filepath,
            valid_tags=valid_tags,
        )
        if strict and plan.problems:
            raise InvalidInput(*plan.problems)
        if not as_json:
            _show(plan.problems, folder)
        packages = execute(plan, on_member=_say_added if verbose and not as_json else None)
    except ExteryError as error:
        if as_json:
            _print_json([], error.problems)
        else:
            _show(error.problems, folder)
        raise SystemExit(1) from error
    if as_json:
        _print_json(packages, plan.problems)
    else:
        for package in packages:
            _print_text(package, verbose=verbose)
    raise SystemExit(0)


def _show(problems: Iterable[Problem], folder: Path) -> None:
    """Problems on stderr; those with a place get the folder they were found in before it."""
    from extery.cli.show import show_problems

    folder = folder.parent if folder.is_file() else folder
    prefix = "" if folder == Path() else f"{folder}/"
    for problem in problems:
        has_place = bool(problem.where.file) and not Path(problem.where.file).is_absolute()
        show_problems([problem], stream=sys.stderr, prefix=prefix if has_place else "")


def _say_added(member: WrittenMember) -> None:
    click.echo(f"add: {member.name}", err=True)


def _print_json(packages: list[BuiltPackage], problems: Iterable[Problem]) -> None:
    import json

    document = {
        "ok": bool(packages),
        "packages": [package.as_dict() for package in packages],
        "problems": [problem.as_dict() for problem in problems],
    }
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _print_text(package: BuiltPackage, *, verbose: bool) -> None:
    from extery.cli.show import counted
    from extery.core.files import human_size

    facts = f"{counted(len(package.members), 'file')}, {human_size(package.unpacked)}"
    click.echo(f"created {_shown(package.path)}: {facts}, packed {human_size(package.size)}")
    if not verbose:
        return
    click.echo(f"  sha256 {package.sha256}")
    largest = sorted(package.members, key=lambda member: (-member.packed, member.name))
    for member in largest[:_LARGEST]:
        share = member.packed / package.size
        click.echo(f"  {human_size(member.packed):>9} {share:>4.0%}  {member.name}")
    if len(largest) > _LARGEST:
        rest = sum(member.packed for member in largest[_LARGEST:])
        others = counted(len(largest) - _LARGEST, "other file")
        click.echo(f"  {human_size(rest):>9} {rest / package.size:>4.0%}  {others}")


def _shown(path: Path) -> str:
    """The path from the current folder on where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
