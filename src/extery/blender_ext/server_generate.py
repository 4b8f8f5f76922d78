"""``server-generate``: write the listing of a folder of packages, with `extery.repository.generate`.

Blender's tool lists all packages and warns of those that the same Blender could install; ours lists the newest that
each Blender can install, and warns in the same words. Like Blender's, it lists packages with problems without a word:
`extery server-generate` reports them.
"""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from extery.blender_ext.duplicates import duplicates_by_id
from extery.blender_ext.messages import Messages
from extery.core import codes
from extery.core.errors import ExteryError, Problem
from extery.repository.generate import generate
from extery.rules.installability import blocks_install


def run(arguments: Namespace, messages: Messages) -> bool:
    """Generate the listing. As in Blender's tool, packages with errors are no failure."""
    folder = Path(arguments.repo_dir)
    if arguments.repo_dir.startswith(("http://", "https://", "file://")):
        messages.fatal_error(f"Directory: {arguments.repo_dir!r} must be a local path, not a URL!")
        return False
    if not folder.is_dir():
        messages.fatal_error(f"Directory: {arguments.repo_dir!r} not found!")
        return False
    try:
        result = generate(
            folder,
            html=arguments.html,
            template=Path(arguments.html_template) if arguments.html_template else None,
            config=Path(arguments.repo_config) if arguments.repo_config else None,
            valid_tags="",
            force=True,
            with_harmful=True,
            assetlib_auth_method=arguments.assetlib_auth_method,
            on_wait=lambda holder: messages.status(f"Waiting for {holder}"),
        )
    except ExteryError as error:
        for problem in error.problems:
            if problem.is_error:
                messages.fatal_error(str(problem))
        return False
    for problem in result.problems.errors:
        if _is_left_out(problem):
            messages.error(str(problem))
    for identifier, text in duplicates_by_id(folder).items():
        messages.warn(f"archive found with duplicates for id {identifier}: {text}")
    messages.status(f"found {result.packages} packages.")
    return True


def _is_left_out(problem: Problem) -> bool:
    """Return whether the listing lacks something because of the error; packages with others are listed."""
    is_of_package = codes.find(problem.code).installation is not None
    return not is_of_package or blocks_install(problem.code, with_harmful=True)
