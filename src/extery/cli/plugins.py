"""Commands of other installed distributions, such as the website's ``serve``.

They are entry points of the group ``extery.commands``. `importlib.metadata` is not used, because importing it takes
longer than ``extery --help``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

GROUP = "extery.commands"
_HEADER = f"[{GROUP}]"


def plugin_commands() -> dict[str, str]:
    """Return command name -> ``module:attribute`` of all distributions on ``sys.path``."""
    commands: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = [name for name in os.listdir(folder or ".") if name.endswith(".dist-info")]
        except OSError:
            continue
        for name in sorted(names):
            for command, target in _entry_points(os.path.join(folder, name)).items():
                commands.setdefault(command, target)
    return commands


def _entry_points(dist_info: str) -> dict[str, str]:
    try:
        with open(os.path.join(dist_info, "entry_points.txt"), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return {}
    _, header, section = text.partition(_HEADER)
    lines = section.partition("\n[")[0].splitlines() if header else []
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): target.strip() for name, _, target in pairs}


def load_plugin(target: str) -> click.Command | None:
    """Import ``module:attribute``; return ``None`` if its libraries are not installed."""
    module, _, attribute = target.partition(":")
    try:
        command: click.Command = getattr(import_module(module), attribute)
    except ImportError:
        return None
    return command
