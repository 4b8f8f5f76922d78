"""Runs ``extery server-generate`` in the folder ``packages``."""

from pathlib import Path

from click.testing import CliRunner, Result

from extery.cli.app import extery


def generate(*arguments: str | Path) -> Result:
    command = ["server-generate", "--repo-dir", "packages", *map(str, arguments)]
    return CliRunner().invoke(extery, command)
