"""The version of a program that is Blender, or a Python that has the module ``bpy``: the program itself is asked."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from extery.blenders.programs import is_python

_SECONDS = 60
_BPY = "import bpy; print('Blender', bpy.app.version_string)"


class NotABlender(Exception):
    """A program that does not say a version of Blender; the text says why."""


def version_of(program: Path) -> str:
    """Return the version of a Blender, such as ``5.3.0``. Raises `NotABlender`."""
    if not program.is_file():
        raise NotABlender("there is no such file")
    options = ["-I", "-c", _BPY] if is_python(program) else ["--version"]
    try:
        done = subprocess.run(  # noqa: S603 (a program that the user has chosen)
            [str(program), *options],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            env={"PATH": os.defpath, "HOME": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except OSError as error:
        raise NotABlender(f"it cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise NotABlender(f"it did not say its version within {_SECONDS} seconds") from error
    found = re.search(rb"^Blender (\d{1,3}\.\d{1,3}\.\d{1,3})\b", done.stdout, re.MULTILINE)
    if found is None:
        if is_python(program):
            raise NotABlender("this Python cannot import bpy")
        raise NotABlender(
            f"it ended with status {done.returncode} without the version of a Blender"
        )
    return found[1].decode()
