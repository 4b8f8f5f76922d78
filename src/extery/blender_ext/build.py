"""``build``: pack a folder, with `extery.author.build`.

The protocol has no place for advice, so warnings are not reported: `extery build` does.
"""

from __future__ import annotations

import os
import tomllib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from extery.author.build.execute import BuildPlan, execute, plan_build
from extery.blender_ext.messages import Messages
from extery.core.errors import ExteryError, Problem
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.tags import load_valid_tags

if TYPE_CHECKING:
    from extery.package.writer import WrittenMember

#: Code of a problem -> Blender's words for it, which programs may compare.
_WORDS = {
    "build.path-twice": 'Expected "paths" to contain unique paths, duplicate found: "{path}"',
    "build.path-outside": 'Expected "paths" to be relative, found: "{path}"',
    "build.path-is-manifest": 'Expected "paths" not to contain the manifest, found: "{path}"',
}
_MISSING = "build.path-missing"


def run(arguments: Namespace, messages: Messages) -> bool:
    """Build the package, or one for each platform."""
    source: str = arguments.source_dir
    manifest = os.path.join(source, MANIFEST_FILENAME)  # noqa: PTH118 (keeps "./" for messages)
    is_default_folder = arguments.output_dir == "."
    if not is_default_folder and arguments.output_filepath:
        messages.fatal_error(
            "Both output directory & output filepath set, set one or the other",
        )
        return False
    try:
        plan = plan_build(
            Path(source),
            split_platforms=arguments.split_platforms,
            output_dir=None if is_default_folder else Path(arguments.output_dir),
            output_file=Path(arguments.output_filepath) if arguments.output_filepath else None,
            valid_tags=load_valid_tags(arguments.valid_tags),
            like_blender=True,
        )
    except ExteryError as error:
        errors = [problem for problem in error.problems if problem.is_error]
        if all(problem.code == _MISSING for problem in errors):
            _report_start(arguments, errors[0], messages)
        for problem in errors:
            messages.fatal_error(_words(problem, manifest))
        return False
    return _execute(plan, arguments, messages)


def _execute(plan: BuildPlan, arguments: Namespace, messages: Messages) -> bool:
    try:
        built = execute(plan, on_member=_reporting(plan, messages, verbose=arguments.verbose))
    except ExteryError as error:
        for problem in error.problems:
            messages.fatal_error(f'Error creating archive "{problem.message}"')
        return False
    folder = Path(arguments.output_filepath).parent if arguments.output_filepath else None
    path = (folder or Path(arguments.output_dir)) / built[-1].path.name
    messages.status(f'created: "{path}", {built[-1].size}')
    return True


def _reporting(
    plan: BuildPlan, messages: Messages, *, verbose: bool
) -> Callable[[WrittenMember], None]:
    """Return a function that reports each written file, and the start and the end of its package."""
    steps = [
        (package.path.name, number, len(package.members))
        for package in plan.packages
        for number in range(len(package.members))
    ]
    remaining = iter(steps)

    def report(member: WrittenMember) -> None:
        package, number, count = next(remaining)
        if number == 0:
            messages.status(f"building: {package}")
        if verbose:
            messages.status(f"add: {member.name}")
        if number == count - 1:
            messages.status("complete")

    return report


def _report_start(arguments: Namespace, problem: Problem, messages: Messages) -> None:
    """Report what Blender's tool does before it finds that a file is missing."""
    table = tomllib.loads(Path(arguments.source_dir, MANIFEST_FILENAME).read_text("utf-8"))
    output = arguments.output_filepath or f"{table['id']}-{table['version']}.zip"
    messages.status(f"building: {Path(output).name}")
    if not arguments.verbose:
        return
    names = [MANIFEST_FILENAME]
    match problem.where.path:
        case ("build", "paths", int() as index):
            names += [*table.get("wheels", ()), *table["build"]["paths"][:index]]
        case ("wheels", int() as index):
            names += table["wheels"][:index]
    for name in names:
        messages.status(f"add: {name}")


def _words(problem: Problem, manifest: str) -> str:
    values = dict(problem.values)
    if problem.code == _MISSING:
        return f'Error adding to archive, file not found: "{values["path"]}"'
    if problem.code in _WORDS:
        words = _WORDS[problem.code].format_map(values)
    elif problem.where.file == MANIFEST_FILENAME:
        field = problem.where.field
        words = f"{field}: {problem.message}" if field else problem.message
    else:
        return str(problem)
    return f'Error parsing TOML "{manifest}" {words}'
