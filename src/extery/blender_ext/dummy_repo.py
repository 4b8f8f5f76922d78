"""``dummy-repo``: make a repository of tiny add-ons, for tests of Blender."""

from __future__ import annotations

import random
import string
import tempfile
from argparse import Namespace
from pathlib import Path

from extery.author.build.execute import build
from extery.blender_ext.messages import Messages
from extery.core.errors import ExteryError
from extery.core.types import ADD_ON
from extery.manifest.document import MANIFEST_FILENAME
from extery.repository.generate import generate

_LINES = 1000
_SCRIPT = '''\
"""An add-on for tests."""


def register():
    print("Register:", __name__)


def unregister():
    print("Unregister:", __name__)


'''


def run(arguments: Namespace, messages: Messages) -> bool:
    """Build an add-on for each name, and write listing and page. The folder is created."""
    folder = Path(arguments.repo_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(set(arguments.package_names.split(","))):
            with tempfile.TemporaryDirectory() as source:
                _write_source(Path(source), name)
                build(Path(source), output_dir=folder)
        generate(folder, html=True, force=True)
    except ExteryError as error:
        for problem in error.problems:
            if problem.is_error:
                messages.fatal_error(str(problem))
        return False
    except OSError as error:
        messages.fatal_error(f'Failed to create "{folder}" with error: {error}')
        return False
    messages.done()
    return True


def _write_source(folder: Path, name: str) -> None:
    """Write an add-on whose size is that of a small real one."""
    lines = [
        'schema_version = "1.0.0"',
        f'id = "{name}"',
        f'name = "{name.replace("_", " ").title()}"',
        'tagline = "An add-on for tests"',
        'version = "1.0.0"',
        f'type = "{ADD_ON.name}"',
        'tags = ["UV"]',
        'maintainer = "Extery"',
        'license = ["SPDX:GPL-3.0-or-later"]',
        'blender_version_min = "4.2.0"',
        "[permissions]",
        *(f'{permission} = "Test"' for permission in ADD_ON.permissions),
    ]
    (folder / MANIFEST_FILENAME).write_text("\n".join([*lines, ""]), "utf-8")
    letters = random.Random(name)  # noqa: S311  (the same for each run)
    noise = ["# " + "".join(letters.choices(string.ascii_letters, k=78)) for _ in range(_LINES)]
    (folder / "__init__.py").write_text(_SCRIPT + "\n".join([*noise, ""]), "utf-8")
    (folder / "docs").mkdir()
    (folder / "docs" / "readme.txt").write_text("For tests.\n", "utf-8")
