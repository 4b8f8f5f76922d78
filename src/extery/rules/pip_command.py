"""The `pip download` commands that fetch the wheels a manifest lists, from their file names alone."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from extery.core.wheel_names import WheelName

#: Hints have a maximum length; this leaves space for the words around the command.
MAX_COMMAND_LENGTH = 850

_PYTHON_TAG = re.compile(r"(cp|pp|py)([0-9])([0-9]{0,3})")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TAG = re.compile(r"[A-Za-z0-9_]+")


class Download(NamedTuple):
    """A shell command for some wheels, and how many of them it downloads."""

    command: str
    wheels: int


class _Target(NamedTuple):
    """The target of one command: all that its wheels have in common."""

    python_version: str
    implementation: str
    abis: tuple[str, ...]
    platforms: tuple[str, ...]
    folder: str

    def arguments(self, requirements: Iterable[str]) -> list[str]:
        arguments = ["pip", "download", *requirements]
        # Requires-Python would be compared with 3.0 for "py3", and with 3.7 for "cp37-abi3".
        arguments += ["--only-binary=:all:", "--no-deps", "--ignore-requires-python"]
        for platform in self.platforms:
            arguments += ["--platform", platform]
        arguments += ["--python-version", self.python_version]
        arguments += ["--implementation", self.implementation]
        for abi in self.abis:
            arguments += ["--abi", abi]
        return [*arguments, "-d", self.folder]


def pip_download(wheels: Iterable[str], *, max_length: int = MAX_COMMAND_LENGTH) -> Download | None:
    """Return the command that downloads ``wheels``, paths as a manifest writes them.

    Wheels for different targets take several runs of pip, joined by ``&&``. Wheels whose names pip could not
    use, and those beyond ``max_length`` characters, are left out. ``None`` if nothing is left.
    """
    groups: dict[_Target, list[str]] = {}
    length = count = 0
    for wheel in wheels:
        parsed = _parse(wheel)
        if parsed is None:
            continue
        requirement, target = parsed
        added = len(shlex.quote(requirement)) + 1
        if target not in groups:
            added += len(shlex.join(target.arguments(()))) + len(" && ")
        if count and length + added > max_length:
            continue
        groups.setdefault(target, []).append(requirement)
        length += added
        count += 1
    commands = [shlex.join(target.arguments(names)) for target, names in groups.items()]
    return Download(" && ".join(commands), count) if commands else None


def _parse(wheel: str) -> tuple[str, _Target] | None:
    """Return requirement and target of a wheel, or ``None`` if its name is not one pip can use."""
    try:
        name = WheelName.parse(wheel)
    except ValueError:
        return None
    version = _version(name.version)
    python = _newest_python(name.python_tag)
    tags = [*name.abi_tag.split("."), *name.platform_tag.split(".")]
    if not version or python is None or not _NAME.fullmatch(name.name):
        return None
    if not all(_TAG.fullmatch(tag) for tag in tags):
        return None
    implementation, python_version = python
    folder = posixpath.normpath(posixpath.dirname(wheel.lstrip("/")) or ".")
    target = _Target(
        python_version,
        implementation,
        tuple(name.abi_tag.split(".")),
        tuple(name.platform_tag.split(".")),
        folder if folder.startswith(".") else f"./{folder}",
    )
    return f"{name.library}=={version}", target


def _version(text: str) -> str:
    """Return the version as a requirement writes it, or ``""`` if it is invalid."""
    from packaging.version import InvalidVersion, Version

    for form in (text, text.replace("_", "+", 1), text.replace("_", "-")):
        try:
            return str(Version(form))
        except (InvalidVersion, ValueError):
            continue
    return ""


def _newest_python(python_tag: str) -> tuple[str, str] | None:
    """Return implementation and version of the newest Python in a tag such as ``py2.py3``."""
    pythons = []
    for tag in python_tag.split("."):
        if match := _PYTHON_TAG.fullmatch(tag):
            implementation, major, minor = match.groups()
            version = (int(major), int(minor)) if minor else (int(major),)
            pythons.append((version, implementation))
    if not pythons:
        return None
    version, implementation = max(pythons)
    return implementation, ".".join(map(str, version))
