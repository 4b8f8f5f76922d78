"""The Blender for which extensions are installed: its versions are arguments, its platform is this one."""

from __future__ import annotations

from argparse import Namespace

from extery.blender_ext.messages import Messages
from extery.core import platforms
from extery.core.compatibility import System

_UNKNOWN = "0.0.0"


def read_system(arguments: Namespace, messages: Messages) -> System | None:
    """Return the system; ``0.0.0`` means an unknown version. Report an error and return ``None`` if one is invalid."""
    python = arguments.python_version
    try:
        if python != _UNKNOWN and not all(map(str.isdecimal, python.split("."))):
            raise ValueError(f"{python!r} is not a version of Python")
        return System.parse(
            arguments.blender_version,
            platforms.current(),
            None if python == _UNKNOWN else python,
        )
    except ValueError as error:
        messages.fatal_error(str(error))
        return None
