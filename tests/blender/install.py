"""Installs the Blenders of the tests into the cache: the environments of `extery test`, with Blender's own tools in them.

Run it with ``python tests/blender/install.py``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from extery.blenders.environments import Environment, environment_of, make_environment
from extery.blenders.releases import RELEASES
from extery.core.errors import ExteryError

VERSIONS = {series: release.version for series, release in RELEASES.items()}
"""Every series and its release: short tests run with each."""

ENDS = (next(iter(RELEASES)), next(reversed(RELEASES)))
"""The oldest and the newest series: tests with many starts of Blender run with these two."""

# Each installation downloads and unpacks about a gigabyte; more at a time compete for the disk.
PARALLEL_INSTALLS = 3


class Installed(Environment):
    """The environment of a series, which may not exist yet, and what of Blender is in it."""

    @property
    def command_line_tool(self) -> Path:
        """Blender's stand-alone tool for extensions, which needs no ``bpy``."""
        return self.scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"

    @property
    def tags(self) -> Path:
        """The file with Blender's own lists of tags."""
        return self.scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"


def installed(series: str) -> Installed:
    """Return the environment of a series."""
    return Installed(*environment_of(series))


def main() -> int:
    """Install every missing release; print where each is or why it failed."""
    status = 0
    with ThreadPoolExecutor(PARALLEL_INSTALLS) as pool:
        started = [(series, pool.submit(make_environment, series)) for series in RELEASES]
        for series, installing in started:
            try:
                state = "installed" if installing.result() else "already there"
            except ExteryError as error:
                problem = error.problems[0]
                print(f"error: {problem.message}\n  {problem.hint}", file=sys.stderr)
                status = 1
            else:
                release = RELEASES[series].version
                print(f"bpy {release}: {state}, {installed(series).folder}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
