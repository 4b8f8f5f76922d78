"""What the site reads of packages in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

import hashlib
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any, BinaryIO

from extery.author.wheels.reading import HashedWheel, hash_wheels, read_facts
from extery.core.errors import ExteryError, ProblemList
from extery.core.types import ADD_ON, THEME
from extery.inventory.packages import package_context, read_package_inventory
from extery.inventory.stored import dump_inventory
from extery.manifest.document import MANIFEST_FILENAME
from extery.package import open_package
from extery.package.changelog import read_notes
from extery.package.theme_colors import ThemeColors
from extery.package.theme_xml import MAX_THEME_BYTES
from extery.rules.engine import Scope, check_package
from extery.rules.profiles import Profile
from extery.rules.report import CheckReport
from extery_site.scanning.fingerprints import read_sketch
from extery_site.scanning.name_findings import judge_context

#: Characters of paths that are returned with hashes; a package can have 100,000 files.
MAX_PATHS = 1_000_000

_SMALLEST = f"""schema_version = "1.0.0"
id = "warm_up"
version = "1.0.0"
name = "Warm up"
tagline = "Loads all rules"
maintainer = "Extery"
type = "{ADD_ON.name}"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""


def warm_up() -> None:
    """Import what a check needs."""
    wheel, file = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "Name: a\nVersion: 1\nLicense: MIT\n")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST_FILENAME, _SMALLEST)
        archive.writestr("__init__.py", "import bpy\n\n\ndef register():\n    pass\n")
        archive.writestr("wheels/a-1-py3-none-any.whl", wheel.getvalue())
    check(file, name="warm_up.zip", profile=Profile.BLENDER_ORG.value)
    inventory(file, name="warm_up.zip")
    judge_names(file, name="warm_up.zip")
    wheel_facts(file, name="warm_up.zip", numbers=[0])


def check(file: BinaryIO, *, name: str, profile: str) -> dict[str, Any]:
    """Check a package by the rules of an upload; return what `extery_site.scanning.package_check` reads.

    ``table`` is that of the manifest if it is valid.
    """
    report = check_package(file, name=name, scope=Scope.UPLOAD, profile=Profile(profile))
    if any(dict(problem.values).get("error") == "MemoryError" for problem in report.problems):
        raise MemoryError  # for which the rules are not to blame
    return {
        "problems": [problem.as_dict() for problem in report.problems],
        "table": None if report.manifest is None else _plain(report.manifest.table),
        "refusals": [refusal._asdict() for refusal in report.refusals],
        "notes": _notes(file, name, report) if not report.problems.errors else ["", ""],
    }


def _notes(file: BinaryIO, name: str, report: CheckReport) -> list[str]:
    """Return the name of the changelog of a package without errors, and what it says about the version."""
    if report.manifest is None:
        return ["", ""]
    with open_package(file, name=name, problems=ProblemList()) as opened:
        return list(read_notes(opened, report.manifest.version))


def inventory(file: BinaryIO, *, name: str) -> dict[str, Any]:
    """Return the inventory of a package as it is stored. Raises `InvalidPackage`."""
    found = read_package_inventory(file, name=name)
    return {
        "document": dump_inventory(found),
        "entries": len(found.entries),
        "not_analysed": len(found.unread),
        "theme_colours": _theme_colours(file, name=name)
        if found.manifest.get("type") == THEME.name
        else {},
    }


def _theme_colours(file: BinaryIO, *, name: str) -> dict[str, str]:
    """Return the colours of the drawing of a theme; empty if its file cannot be read."""
    with open_package(file, name=name, problems=ProblemList()) as opened:
        context = package_context(opened, name=name)
        files = THEME.main_files(context.names)
        data = b""
        if len(files) == 1:
            with suppress(ExteryError):  # a finding of the rules
                data = context.read(files[0], limit=MAX_THEME_BYTES + 1)
    colours = ThemeColors.parse(data) if data else None
    return colours.preview_colors() if colours is not None else {}


def judge_names(file: BinaryIO, *, name: str) -> dict[str, Any]:
    """Return the names of Blender's API that a Blender does not have. Raises `InvalidPackage`."""
    with open_package(file, name=name, problems=ProblemList()) as opened:
        return judge_context(package_context(opened, name=name))


def file_hashes(file: BinaryIO, *, name: str) -> dict[str, Any]:
    """Return the SHA-256 of each file of a package with its path. Raises `InvalidPackage`."""
    found: list[list[str]] = []
    left = MAX_PATHS
    with open_package(file, name=name, problems=ProblemList()) as opened:
        for member in opened.members:
            if member.is_folder or not member.size:
                continue
            digest = hashlib.sha256()
            for block in opened.blocks(member):
                digest.update(block)
            left -= len(member.name)
            found.append([digest.hexdigest(), member.name if left > 0 else "a file"])
    return {"files": found}


def fingerprints(file: BinaryIO, *, name: str) -> dict[str, Any]:
    """Return the fingerprints of the content of a package. Raises `InvalidPackage`."""
    with open_package(file, name=name, problems=ProblemList()) as opened:
        sketch = read_sketch(opened)
    return {"files": sketch.files, "code": sketch.code}


def wheel_hashes(file: BinaryIO, *, name: str) -> list[HashedWheel]:
    """Return path, size and SHA-256 of the wheels of a package. Raises `InvalidPackage`."""
    return hash_wheels(file, name=name)


def wheel_facts(file: BinaryIO, *, name: str, numbers: list[int]) -> list[dict[str, Any]]:
    """Return what wheels of a package state and contain, by their numbers in `wheel_hashes`. Raises `InvalidPackage`."""
    return [facts.as_dict() for facts in read_facts(file, set(numbers), name=name)]


def _plain(value: Any) -> Any:
    """Return a value of TOML as JSON has it: dates become text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value
