"""``install``: download extensions of a repository, all at once, then install one after another.

An extension that cannot be installed does not keep the others from being installed; the exit status is 1 then.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extery.blender_ext.download import download_all
from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.blender_ext.place import Expected, Installer, TemporaryNames
from extery.blender_ext.remote import is_url
from extery.blender_ext.system import read_system
from extery.core.compatibility import System
from extery.core.errors import ProblemList
from extery.core.types import TYPES_BY_NAME
from extery.listing.audience import audience_of
from extery.listing.entries import Entry, check_entry

_PACKAGE = 'Package "{id}"'


class _Refused(NamedTuple):
    """Why an extension cannot be installed, in Blender's words."""

    text: str


def run(arguments: Namespace, messages: Messages) -> bool:
    """Install the extensions; those whose package was downloaded already are not downloaded again."""
    system = read_system(arguments, messages)
    if system is None or not is_url(arguments.remote_url, messages):
        return False
    folder = RepositoryFolder(Path(arguments.local_dir))
    try:
        document = _read_document(folder)
    except (OSError, ValueError, RecursionError) as error:
        messages.fatal_error(f"Error loading package repository: {error}")
        return False
    wanted = list(dict.fromkeys(arguments.packages.split(",")))
    chosen: list[Entry] = []
    for identifier in wanted:
        entry = _choose(document, identifier, system)
        if isinstance(entry, _Refused):
            messages.fatal_error(entry.text)
        else:
            chosen.append(entry)
    names = TemporaryNames.parse(arguments.temp_prefix_and_suffix)
    installer = Installer(folder, names, messages)
    with installer.locked() as is_locked:
        if not is_locked:
            return False
        has_failed = _install(arguments, chosen, installer, system, messages)
    return not has_failed and len(chosen) == len(wanted)


def _install(
    arguments: Namespace,
    chosen: Sequence[Entry],
    installer: Installer,
    system: System,
    messages: Messages,
) -> bool:
    """Return whether an extension could not be installed."""
    packages = download_all(arguments, chosen, installer.folder, messages)
    try:
        downloaded = [
            (packages[entry["id"]], Expected(entry["id"], entry["version"], entry))
            for entry in chosen
            if entry["id"] in packages
        ]
        failures = installer.install(downloaded, system)
        return failures > 0 or len(downloaded) < len(chosen)
    finally:
        if not arguments.local_cache:
            for package in packages.values():
                package.unlink(missing_ok=True)


def _read_document(folder: RepositoryFolder) -> dict[str, Any]:
    """Return the stored listing. Only the entries that are asked for are checked."""
    document = json.loads(folder.read_listing())
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        return document
    raise ValueError(f"{folder.listing} is no listing")


def _choose(document: dict[str, Any], identifier: str, system: System) -> Entry | _Refused:
    """Return the entry to install: of several for this system the last one, which Blender shows."""
    package = _PACKAGE.format(id=identifier)
    entries = [
        (number, item)
        for number, item in enumerate(document["data"])
        if isinstance(item, dict) and item.get("id") == identifier
    ]
    if not entries:
        return _Refused(f"{package}, not found")
    for block in document.get("blocklist") or ():
        if isinstance(block, dict) and block.get("id") == identifier:
            return _Refused(f"{package}, is blocked: {block.get('reason') or 'Unknown'}")
    problems = ProblemList()
    fitting: list[Entry] = []
    for number, item in entries:
        if isinstance(type_ := item.get("type"), str) and type_ not in TYPES_BY_NAME:
            continue  # of a newer Blender
        errors_before = len(problems.errors)
        check_entry(item, problems, file="index.json", index=number)
        if len(problems.errors) == errors_before and audience_of(item).fits(system):
            fitting.append(item)
    if fitting:
        return fitting[-1]
    if problems.errors:
        return _Refused(
            f'Package malformed meta-data for "{identifier}", error: {problems.errors[0]}'
        )
    return _Refused(f"{package}, found but not compatible with this system")
