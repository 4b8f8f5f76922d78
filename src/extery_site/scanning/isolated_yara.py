"""Scan a package by compiled YARA rules. Runs in isolation, and imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

import math
import posixpath
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, BinaryIO

from extery_site.scanning.package_members import PackageMembers

#: Matches of one string that are counted in a file; the library keeps each in memory.
MAX_MATCHES = 10_000
#: Files that are named for a rule, and strings for each of them.
MAX_FILES, MAX_STRINGS = 5, 5
#: Rules of which so many files are named; of the others one.
_DETAILED_RULES = 500
MAX_PATH = 300


def warm_up() -> None:
    """Import the library, if this site has it."""
    with suppress(ImportError):
        import yara_x  # noqa: F401


def scan(file: BinaryIO, *, rules: BinaryIO, name: str, seconds: float) -> dict[str, Any]:
    """Return which rules match which files of a package, as `extery_site.scanning.yara_scan` reads it.

    After ``seconds`` the scan ends with what it has found. Raises `InvalidPackage` for a file that cannot be opened.
    """
    import yara_x

    deadline = time.monotonic() + seconds
    scanner = yara_x.Scanner(yara_x.Rules.deserialize_from(rules))
    scanner.max_matches_per_pattern(MAX_MATCHES)
    members, found = PackageMembers(), _Found()
    for path, data in members.files(file, name=name):
        left = deadline - time.monotonic()
        try:
            if left <= 0:
                raise yara_x.TimeoutError
            # In whole seconds; the library has one thread for it.
            scanner.set_timeout(math.ceil(left))
            _set_names(scanner, path)
            found.add(path, scanner.scan(data).matching_rules)
        except yara_x.TimeoutError:
            members.add_unread(f"the scan takes more than {seconds:g} seconds")
            break
    return {
        "matches": found.as_lists(),
        "unread": members.unread,
        "unread_number": members.unread_number,
    }


def _set_names(scanner: Any, path: str) -> None:
    """Set the variables that rules can use."""
    path = path.encode("utf-8", "replace").decode()
    name = posixpath.basename(path)
    scanner.set_global("filepath", path)
    scanner.set_global("filename", name)
    scanner.set_global("extension", posixpath.splitext(name)[1])


class _Found:
    """Matches by rule, with a bounded number of files."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._files: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}

    def add(self, path: str, rules: Iterable[Any]) -> None:
        for rule in rules:
            key = rule.namespace, rule.identifier
            number = self._numbers[key] = self._numbers.get(key, 0) + 1
            if number > (MAX_FILES if len(self._numbers) <= _DETAILED_RULES else 1):
                continue
            strings = [pattern.identifier for pattern in rule.patterns if pattern.matches]
            self._files.setdefault(key, []).append((path[-MAX_PATH:], strings[:MAX_STRINGS]))

    def as_lists(self) -> list[Any]:
        """Return namespace, rule, number of files, and files with strings, for each rule."""
        return [[*key, number, self._files[key]] for key, number in self._numbers.items()]
