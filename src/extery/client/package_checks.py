"""Checks of a package before it is switched in: it is what its listing promises, and harms no other extension."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from pathlib import Path
from typing import Any

from extery.client.fitting import check_fits
from extery.client.package_state import PackageState
from extery.client.targets import Target
from extery.core.errors import Conflict, InvalidPackage, Problem
from extery.core.text import clean_message
from extery.core.wheel_names import WheelName
from extery.listing.entries import Entry
from extery.manifest.document import Manifest
from extery.package import Package, open_archive

#: Problems for which no tool can open an archive. Blender opens many that Extery would not build.
_UNREADABLE = frozenset(
    f"package.{name}" for name in ("damaged", "empty", "not-zip", "truncated", "unreadable")
)
_COMPILED = (".pyc", ".pyo")
#: Flags in the head of a compiled file that is used whatever its source is (PEP 552).
_UNCHECKED = b"\x01\0\0\0"


def check_manifest(
    manifest: Manifest,
    identifier: str,
    state: PackageState,
    entry: Entry | None,
    target: Target,
) -> None:
    """Raise an `ExteryError` for another package than the one that is expected, or that does not fit the target."""
    if (manifest.id, manifest.version) != (identifier, state.version):
        raise Conflict.of(
            "install.other-package",
            id=manifest.id,
            version=manifest.version,
            expected=f"{identifier} {state.version}",
        )
    check_listed(manifest, entry)
    check_fits(manifest, target)


def check_unpacked(package: Package, folder: Path, target: Target) -> list[Problem]:
    """Return warnings about a package that was unpacked into ``folder``; raises `InvalidPackage` if it does harm."""
    check_wheels(package, folder)
    return [*find_bytecode(package, folder), *find_missing_wheels(package.manifest, target)]


def check_listed(manifest: Manifest, entry: Entry | None) -> None:
    """Raise `Conflict` if a package has another type than its entry, or asks for permissions that are not in it.

    The user has seen the entry only. An entry of a lock file states neither.
    """
    if not entry or not entry.get("type"):
        return
    if manifest.type != entry["type"]:
        raise _other(manifest, "type", type=manifest.type, listed=clean_message(str(entry["type"])))
    listed = entry.get("permissions") or ()
    if more := [name for name in manifest.permissions if name not in listed]:
        raise _other(manifest, "permissions", permissions=clean_message(", ".join(more)))


def _other(manifest: Manifest, variant: str, **values: Any) -> Conflict:
    return Conflict.of(
        "install.other-package",
        variant=variant,
        id=manifest.id,
        version=manifest.version,
        **values,
    )


def check_wheels(package: Package, folder: Path) -> None:
    """Raise `InvalidPackage` for a wheel that no tool can open, in the ``folder`` of an unpacked package.

    Blender unpacks the wheels of all add-ons together, and stops at the first such one.
    """
    for wheel in package.manifest.wheels:
        name = posixpath.normpath(wheel.lstrip("/"))
        path = folder.joinpath(*name.split("/"))
        if name.startswith("..") or not path.is_file():
            continue
        try:
            with path.open("rb") as file, open_archive(file, name=path.name):
                pass
        except InvalidPackage as error:
            cause = error.problems[0]
            if cause.code not in _UNREADABLE:
                continue
            values: dict[str, Any] = {f"cause.{key}": value for key, value in cause.values}
            raise InvalidPackage.of(
                "install.wheel-unreadable",
                id=package.manifest.id,
                version=package.manifest.version,
                file=path.name,
                cause=cause.code,
                **values,
            ) from error


def find_missing_wheels(manifest: Manifest, target: Target) -> list[Problem]:
    """Return a warning for each library with wheels for the system of a target, of which none is for its Python.

    Blender leaves it out. It is no error: some libraries exist only for a Python that lacks what they replace.
    """
    _, platform, python = target.system
    if not python:
        return []
    libraries: dict[str, list[WheelName]] = {}
    for wheel in manifest.wheels:
        with suppress(ValueError):
            name = WheelName.parse(wheel)
            if platform is None or name.platforms.has(platform):
                libraries.setdefault(name.library, []).append(name)
    return [
        Problem.of(
            "install.wheel-python",
            id=manifest.id,
            version=manifest.version,
            library=clean_message(library),
            python=python,
            pythons=clean_message(", ".join(sorted({p for name in names for p in name.pythons}))),
            target=str(target),
        )
        for library, names in libraries.items()
        if not any(name.runs_in(python) for name in names)
    ]


def find_bytecode(package: Package, folder: Path) -> list[Problem]:
    """Return a warning for compiled code that Python runs without a look at its source, in an unpacked package."""
    root = package.root
    names = [
        member.name[len(root) :]
        for member in package.members
        if member.name.startswith(root) and member.name.lower().endswith(_COMPILED)
    ]
    found = [name for name in names if not _is_checked(folder, name)]
    if not found:
        return []
    return [
        Problem.of(
            "install.bytecode",
            id=package.manifest.id,
            version=package.manifest.version,
            names=clean_message(", ".join(found[:3])),
            count=len(found),
        )
    ]


def _is_checked(folder: Path, name: str) -> bool:
    """Return whether Python compares a compiled file with its source, by time or hash, and compiles it again."""
    if "__pycache__" not in name.split("/")[:-1]:
        return False
    try:
        with folder.joinpath(*name.split("/")).open("rb") as file:
            head = file.read(8)
    except OSError:
        return False
    return len(head) < 8 or head[4:8] != _UNCHECKED
