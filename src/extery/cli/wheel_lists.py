"""What the commands of ``extery wheels`` share: the folder, its local problems, and the table of libraries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.options import LocalPath

if TYPE_CHECKING:
    from extery.author.wheels.bundle import ListedWheel
    from extery.core.errors import Problem

source_option = click.option(
    "--source-dir",
    "source",
    metavar="DIR",
    type=LocalPath(file_okay=False),
    default=Path(),
    help="The folder of the blender_manifest.toml, by default the current one.",
)

#: First parts of the codes about wheels, and the other codes about them.
_AREAS = ("wheel.", "module.", "manifest.wheels.", "package.wheel-missing")


def prefix_of(source: Path) -> str:
    """Return the prefix that makes files of the folder relative to the current one."""
    return "" if source == Path() else f"{source}/"


def local_problems(source: Path) -> list[Problem]:
    """Return the problems of a folder that are about wheels."""
    from extery.author.validate import check_folder

    problems = check_folder(source).problems
    return [problem for problem in problems if problem.code.startswith(_AREAS)]


def library_rows(libraries: Iterable[tuple[str, Sequence[ListedWheel]]]) -> list[list[str]]:
    """Return library, version, Pythons, number and size of the wheels, and platforms, a row for each version."""
    from extery.core.files import format_size

    rows = []
    for library, wheels in libraries:
        for version in dict.fromkeys(wheel.name.version for wheel in wheels):
            own = [wheel for wheel in wheels if wheel.name.version == version]
            size = sum(size for wheel in own if (size := size_of(wheel.path)) is not None)
            missing = sum(size_of(wheel.path) is None for wheel in own)
            rows.append(
                [
                    library,
                    version,
                    ", ".join(pythons_of(own)),
                    str(len(own)) + (f" ({missing} not there)" if missing else ""),
                    format_size(size),
                    ", ".join(platforms_of(own)),
                ]
            )
    return rows


HEADING = ("library", "version", "Python", "wheels", "size", "platforms")


def pythons_of(wheels: Iterable[ListedWheel]) -> list[str]:
    """Return the Pythons of wheels as ``3.11``, ``3.11+`` (stable ABI) or ``3``."""
    found = set()
    for wheel in wheels:
        is_stable = "abi3" in wheel.name.abi_tag.split(".")
        found |= {f"{python}+" if is_stable else python for python in wheel.name.pythons}
    # Blender has Python 3 only.
    current = {python for python in found if not python.startswith("2")}
    return sorted(current, key=lambda text: [int(part) for part in text.rstrip("+").split(".")])


def platforms_of(wheels: Iterable[ListedWheel]) -> list[str]:
    """Return the Blender platforms of wheels, or ``any``."""
    sets = [wheel.name.platforms for wheel in wheels]
    if any(item.is_complement for item in sets):
        return ["any"]
    return sorted({name for item in sets for name in item.names})


def size_of(path: Path) -> int | None:
    """Return the size of a file; ``None`` if it is not there."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def wheel_data(wheel: ListedWheel) -> dict[str, Any]:
    """Return a listed wheel as JSON."""
    return {
        "library": wheel.name.library,
        "version": wheel.name.version,
        "path": wheel.item,
        "pythons": pythons_of([wheel]),
        "platforms": platforms_of([wheel]),
        "size": size_of(wheel.path),
    }
