"""The test suites that Blender 4.2 brings for its tool, to run against ours.

They are copied from the installed ``bpy`` into a temporary folder, beside a file in place of the tool that runs ours.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.blender.install import installed
from tests.parts import ROOT, require_part

SERIES = "4.2"
TIME_LIMIT = 600

#: Put in place of Blender's ``cli/blender_ext.py``: runs our tool, and has the names that the suites take from it.
_TOOL = """\
import sys

sys.path.insert(0, {src!r})
if __name__ == "__main__":
    from extery.__main__ import main

    sys.argv[:1] = ["extery", "blender-ext"]
    main()
else:
    from extery.author.build.patterns import PathPatterns
    from extery.core.platforms import current as platform_from_this_system

    class PathPatternMatch(PathPatterns):
        test_path = PathPatterns.excludes
"""

#: In place of setuptools and wheel, with which the suite makes wheels: packs the packages of the current folder.
_SETUPTOOLS = """\
import tomllib
import zipfile
from pathlib import Path


def setup():
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files = {path.as_posix(): path.read_text() for path in Path().glob("*/*.py")}
    files |= {f"{info}/METADATA": metadata, f"{info}/WHEEL": tags}
    files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in [*files, f"{info}/RECORD"])
    Path("dist").mkdir()
    with zipfile.ZipFile(f"dist/{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
"""


def write_tool(path: Path) -> Path:
    """Write a script that runs our tool from this checkout, whatever package is installed; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_TOOL.format(src=str(ROOT / "src")), "utf-8")
    return path


def copy_suites(folder: Path) -> Path:
    """Copy the suites below ``folder``, with our tool where they look for Blender's; return their folder."""
    require_part(f"blender-{SERIES}")
    source = installed(SERIES).command_line_tool.parent.parent / "tests"
    tests = folder / "bl_pkg" / "tests"
    shutil.copytree(source, tests)
    write_tool(tests.parent / "cli" / "blender_ext.py")
    modules = tests.parent / "python"
    modules.mkdir()
    (modules / "setuptools.py").write_text(_SETUPTOOLS, "utf-8")
    return tests


def run_suite(
    tests: Path, name: str, *arguments: str, command: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one of the suites, in this Python, with a folder of its own for temporary files."""
    temporary = tests.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        [*command, sys.executable, str(tests / name), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        env={
            **os.environ,
            "TMPDIR": str(temporary),
            "NO_PROXY": "*",
            "PYTHONPATH": str(tests.parent / "python"),
            **variables,
        },
    )


def explain(done: subprocess.CompletedProcess[str]) -> str:
    """Return the output of a failed suite for a message."""
    return textwrap.indent(f"{done.stdout}\n{done.stderr}"[-20_000:], "    ")


def write_blender(folder: Path, series: str, tool: Path) -> Path:
    """Write a program that behaves like ``blender`` of a series and uses our tool; return it."""
    require_part(f"blender-{series}")
    program = folder / "blender"
    script = Path(__file__).with_name("blender_program.py")
    command = json.dumps([sys.executable, str(tool)])
    program.write_text(
        f"#!/bin/sh\nEXTERY_TOOL={shlex.quote(command)}\nexport EXTERY_TOOL\n"
        f'exec {shlex.quote(str(installed(series).python))} -I {shlex.quote(str(script))} "$@"\n',
        "utf-8",
    )
    program.chmod(0o755)
    return program


def without_power_over_files() -> tuple[str, ...]:
    """Return the start of a command for which read-only folders are read-only although root runs it."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return ()
    return ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
