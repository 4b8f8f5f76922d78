"""Programs that are Blender, or a Python that has the module ``bpy``: find them, and the arguments that run a script in them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from extery.core.versions import BlenderSeries, format_series

#: The variable with one Blender, or several as in ``PATH``.
VARIABLE = "EXTERY_BLENDER"
_PYTHON = re.compile(r"python[0-9.]*(?:\.exe)?", re.IGNORECASE)
_USUAL_PLACES = {
    "win32": ["Blender Foundation/Blender */blender.exe"],
    "darwin": ["/Applications/Blender*.app/Contents/MacOS/Blender"],
    "linux": [
        "/opt/blender*/blender",
        "/usr/local/blender*/blender",
        "/snap/bin/blender",
        "~/blender*/blender",
        "~/Applications/blender*/blender",
        "~/.local/share/Steam/steamapps/common/Blender/blender",
    ],
}


def is_python(program: Path) -> bool:
    """Return whether a program is a Python, by its name."""
    return _PYTHON.fullmatch(program.name) is not None


def command_of(program: Path, script: Path, *arguments: str) -> list[str]:
    """Return the command that runs a script in a Blender without a window."""
    options = ["-I", str(script)] if is_python(program) else ["-b", "--python", str(script), "--"]
    return [str(program), *options, *arguments]


def given_programs(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Return the Blenders that the variable names."""
    texts = environ.get(VARIABLE, "").split(os.pathsep)
    return [expanded(text) for text in texts if text]


def expanded(text: str) -> Path:
    """Return a path with the home folder for ``~``; unchanged for a user who does not exist."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def find_programs(
    environ: Mapping[str, str] = os.environ, system: str = sys.platform
) -> Iterator[Path]:
    """Yield the Blenders that are found on ``PATH`` and at usual places, then this Python if it has ``bpy``."""
    if found := shutil.which("blender", path=environ.get("PATH", "")):
        yield Path(found)
    for place in _USUAL_PLACES.get(system, ()):
        if system == "win32":
            base = Path(environ.get("PROGRAMFILES", r"C:\Program Files"))
        else:
            place = place.replace("~", environ.get("HOME", "~"))
            base = Path("/")
        with suppress(OSError, ValueError):
            yield from sorted(base.glob(place.lstrip("/")), reverse=True)
    if find_spec("bpy") is not None:
        yield Path(sys.executable)


def sorted_for(series: BlenderSeries, programs: Iterable[Path]) -> list[Path]:
    """Return programs with those first that have a folder of the series beside them, without those of another one."""
    mine, unknown = [], []
    for program in dict.fromkeys(programs):
        known = series_beside(program)
        if format_series(series) in known:
            mine.append(program)
        elif not known:
            unknown.append(program)
    return [*mine, *unknown]


def series_beside(program: Path) -> set[str]:
    """Return the names of folders such as ``4.2`` that a Blender, or the module ``bpy`` of a Python, brings along."""
    names: set[str] = set()
    with suppress(OSError, RuntimeError):  # links in a circle are a RuntimeError before Python 3.13
        folder = program.resolve().parent
        places = [folder, folder.parent / "Resources"]
        if is_python(program):  # a virtual environment links to a Python elsewhere
            modules = ("lib/python3.*/site-packages/bpy", "Lib/site-packages/bpy")
            places += [path for name in modules for path in program.parent.parent.glob(name)]
        for place in places:
            if place.is_dir():
                found = (item.name for item in place.iterdir())
                names |= {name for name in found if re.fullmatch(r"[1-9]\d?\.\d{1,2}", name)}
    return names
