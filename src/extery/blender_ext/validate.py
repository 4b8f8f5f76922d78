"""``validate``: check a folder or a package, with `extery.author.validate`.

What Blender accepts and Extery does not is a warning.
"""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from extery.author.validate import check_path
from extery.blender_ext.messages import Messages
from extery.core.errors import ExteryError
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.tags import load_valid_tags


def run(arguments: Namespace, messages: Messages) -> bool:
    """Report all problems; only errors of Blender's own check are failures."""
    source: str = arguments.source_path
    is_folder = Path(source).is_dir()
    try:
        report = check_path(Path(source), valid_tags=load_valid_tags(arguments.valid_tags))
    except ExteryError as error:
        for problem in error.problems:
            messages.fatal_error(str(problem))
        return False
    report.downgrade_stricter()
    for problem in report.problems.warnings:
        messages.warn(str(problem))
    if report.ok:
        messages.status(f'Success parsing TOML in "{source}"')
        return True
    # Blender reports the errors of a folder as they were statuses.
    say = messages.status if is_folder else messages.fatal_error
    name = os.path.join(source, MANIFEST_FILENAME)  # noqa: PTH118 (keeps "./")
    say(f'Error parsing TOML "{name}"' if is_folder else f'Error parsing TOML in "{source}"')
    for problem in report.problems.errors:
        say(str(problem))
    return False
