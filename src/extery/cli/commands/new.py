"""``extery new``: create an extension to begin with."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.core.types import ADD_ON, TYPE_NAMES

if TYPE_CHECKING:
    from extery.author.new.project import Project
    from extery.cli.output import Outcome
    from extery.core.errors import Problem, ProblemList

#: Field of the project -> what to ask for.
_QUESTIONS = {
    "name": "Name",
    "id": "Id, its name in URLs and in Python",
    "tagline": "Tagline, what it does",
    "maintainer": "Maintainer",
    "license": "Licence (SPDX)",
    "blender": "First version of Blender",
}
#: Field of the project -> its key in the manifest, where they differ.
_KEYS = {"blender": "blender_version_min", "tag": "tags"}


@click.command("new", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was created.")
@click.argument("folder", type=LocalPath(readable=False))
@click.option(
    "--type",
    "type_name",
    type=click.Choice(TYPE_NAMES),
    help=f"What to create, by default {'an' if ADD_ON.name[0] in 'aeiou' else 'a'} {ADD_ON.name}.",
)
@click.option("--id", metavar="ID", help="The id, by default like the name of the folder.")
@click.option("--name", metavar="TEXT", help="The name that users read, by default like the id.")
@click.option("--tagline", metavar="TEXT", help="What it does, in at most 64 characters.")
@click.option(
    "--maintainer", metavar="TEXT", help="Name and address, by default those that git knows."
)
@click.option(
    "--license",
    metavar="SPDX",
    help="The licence, by default GPL-3.0-or-later, for asset libraries CC0-1.0.",
)
@click.option(
    "--blender",
    metavar="VERSION",
    help="The first version of Blender, by default the oldest that knows the type.",
)
@click.option("--tag", metavar="TAG", help="One of Blender's tags to find it by.")
@click.option(
    "--remote-url", metavar="URL", help="Of an asset library: the folder with the assets."
)
@click.option(
    "--with-ci", is_flag=True, help="Add a workflow that checks, tests, builds and publishes it."
)
@click.option(
    "--ci-system",
    type=click.Choice(["github", "gitlab", "forgejo"]),
    help="The system of the workflow, by default github.",
)
@click.option(
    "--no-input", is_flag=True, help="Do not ask for what no option says; take what is usual."
)
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    /,
    folder: Path,
    *,
    type_name: str | None,
    with_ci: bool,
    ci_system: str | None,
    no_input: bool,
    **options: Any,
) -> Outcome:
    """Create an add-on, a theme or an asset library to begin with.

    FOLDER is created. It may exist, if it has none of the files that are written. In a terminal the command asks for what no
    option says. The new extension can be built, installed and enabled as it is, and 'extery check' reports only values that
    are still to be written, which the command names.
    """
    from extery.author.new.project import default_project
    from extery.author.new.render import render
    from extery.author.new.write import write_files
    from extery.core.errors import InvalidManifest, Where

    asks = not no_input and sys.stdin.isatty() and sys.stderr.isatty()
    if type_name is None:
        type_name = _ask_type() if asks else ADD_ON.name
    given = {name: value for name, value in options.items() if value is not None}
    if with_ci or ci_system:
        given["ci"] = ci_system or "github"
    project = default_project(folder, type_name, given.get("id"))
    for field, value in given.items():
        project = _with(project, field, value)
    if asks:
        project = _ask(project, given)
    if problems := _problems(project):
        # The file does not exist, so its lines are no places. A new extension has no warnings either.
        raise InvalidManifest(*(one._replace(where=Where(), severity="error") for one in problems))
    files = render(project)
    write_files(folder, files)
    return _outcome(folder, project, list(files))


def _ask_type() -> str:
    answer: str = click.prompt("Type", type=click.Choice(TYPE_NAMES), default=ADD_ON.name, err=True)
    return answer


def _ask(project: Project, given: Mapping[str, Any]) -> Project:
    """Ask for the fields that no option gave, each until its value is valid."""
    questions = dict(_QUESTIONS)
    if project.remote_url:
        questions["remote_url"] = "URL of the folder with the assets"
    for field, question in questions.items():
        if field not in given:
            project = _with(project, field, _ask_for(project, field, question))
    return project


def _ask_for(project: Project, field: str, question: str) -> str:
    from extery.cli.prompts import ask_until_valid

    def problems_of(answer: str) -> list[Problem]:
        key = _KEYS.get(field, field)
        found = _problems(_with(project, field, answer))
        return [problem for problem in found if key in problem.where.field]

    return ask_until_valid(question, problems_of, default=getattr(project, field))


def _with(project: Project, field: str, value: str) -> Project:
    """Return the project with another value; a version of Blender may lack its last number."""
    if field == "blender" and re.fullmatch(r"\d+\.\d+", value):
        value += ".0"
    changed: dict[str, Any] = {field: value}
    return project._replace(**changed)


def _problems(project: Project) -> ProblemList:
    from extery.author.new.render import render
    from extery.manifest.document import MANIFEST_FILENAME, blender_tags, check_manifest

    data = render(project)[MANIFEST_FILENAME]
    return check_manifest(data, valid_tags=blender_tags())[1]


def _outcome(folder: Path, project: Project, files: list[str]) -> Outcome:
    from extery.author.new.project import PLACEHOLDER_URL, UNKNOWN_MAINTAINER
    from extery.author.new.render import LICENSE_FILENAME, commands_for
    from extery.cli.output import Outcome

    notes = []
    if LICENSE_FILENAME not in files:
        notes.append(
            f"note: write the text of {project.license} to {folder / LICENSE_FILENAME}; "
            "it is at https://spdx.org/licenses/"
        )
    if project.maintainer == UNKNOWN_MAINTAINER:
        notes.append("note: write your name and address as maintainer into the manifest")
    if project.remote_url.startswith(PLACEHOLDER_URL):
        notes.append("note: write the address of your assets as remote_url into the manifest")
    steps = commands_for(project)
    if folder != Path():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    return Outcome(
        ok=True,
        summary=f"Created the {project.type.label.lower()} {project.id}. Next: {', '.join(steps)}.",
        lines=[str(folder / path) for path in sorted(files)],
        notes=notes,
        data={"folder": str(folder), "id": project.id, "type": project.type.name, "files": files},
    )
