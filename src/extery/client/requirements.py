"""What a user asks to install: ``gear_tool``, ``studio.gear_tool``, ``gear_tool>=1.2,<2`` or ``gear_tool@beta``.

Versions may be partial: ``==1.2`` matches every 1.2.x, ``<2`` everything before 2.0.0. Pre-releases are matched only if the
requirement names one: by ``@`` and the first part of its name, by ``@pre`` for any, or by a version with a pre-release.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import InvalidInput
from extery.core.versions import Version

_REQUIREMENT = re.compile(
    r"(?:(?P<repository>\w+)\.)?(?P<id>\w+)(?:@(?P<channel>[A-Za-z][0-9A-Za-z-]*))?(?P<rest>[^@]*)"
)
_COMPARISON = re.compile(r"\s*(?P<operator>==|!=|<=|>=|<|>|=)\s*(?P<version>[^\s,<>=!]+)\s*")
_PARTIAL = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){0,1}")
_MAX_LENGTH = 500
_SUFFIX = ".zip"
ANY_PRERELEASE = "pre"


class Comparison(NamedTuple):
    """An operator and a version; ``parts`` is 1 or 2 for a partial version, which is padded with zeros."""

    operator: str
    version: Version
    parts: int

    def matches(self, version: Version) -> bool:
        operator = self.operator
        if operator in {"==", "!="}:
            return self._is_equal(version) == (operator == "==")
        if operator == "<":
            # As in pip: "<2" excludes 2.0.0-beta.1.
            return version < self.version and version.release != self.version.release
        if operator == ">=":
            return version >= self.version
        if operator == ">":
            return version > self.version and not self._is_equal(version)
        return version < self.version or self._is_equal(version)

    def _is_equal(self, version: Version) -> bool:
        if self.parts < 3:
            return version.release[: self.parts] == self.version.release[: self.parts]
        return (version.release, version.pre) == (self.version.release, self.version.pre)

    def __str__(self) -> str:
        number = ".".join(map(str, self.version.release[: self.parts]))
        return f"{self.operator}{number if self.parts < 3 else self.version}"


class Requirement(NamedTuple):
    """A requested extension: ``repository`` and ``channel`` may be empty."""

    id: str
    repository: str = ""
    channel: str = ""
    comparisons: tuple[Comparison, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Parse a requirement; raises `InvalidInput`."""
        match = _REQUIREMENT.fullmatch(text.strip()) if len(text) <= _MAX_LENGTH else None
        if match is None or not match["id"].isidentifier() or _is_package(text):
            raise _invalid(text)
        comparisons = []
        rest = match["rest"]
        while rest:
            found = _COMPARISON.match(rest)
            if found is None:
                raise _invalid(text)
            rest = rest[found.end() :]
            if rest.startswith(","):
                rest = rest[1:] or ","
            elif rest:
                raise _invalid(text)
            comparisons.append(_comparison(found["operator"], found["version"], text))
        return cls(
            match["id"], match["repository"] or "", match["channel"] or "", tuple(comparisons)
        )

    @property
    def name(self) -> str:
        return f"{self.repository}.{self.id}" if self.repository else self.id

    @property
    def allows_prereleases(self) -> bool:
        return bool(self.channel) or any(item.version.is_prerelease for item in self.comparisons)

    def matches(self, version: Version) -> bool:
        """Return whether ``version`` is one that was asked for."""
        if version.is_prerelease and not self._takes(version):
            return False
        return all(item.matches(version) for item in self.comparisons)

    def _takes(self, prerelease: Version) -> bool:
        if self.channel:
            name = re.split(r"[.0-9-]", prerelease.pre, maxsplit=1)[0]
            return self.channel in {ANY_PRERELEASE, name, prerelease.pre.split(".")[0]}
        return self.allows_prereleases

    def __str__(self) -> str:
        channel = f"@{self.channel}" if self.channel else ""
        return f"{self.name}{channel}{','.join(map(str, self.comparisons))}"


def _comparison(operator: str, text: str, requirement: str) -> Comparison:
    operator = "==" if operator == "=" else operator
    text = text.removesuffix(".*")
    if _PARTIAL.fullmatch(text):
        parts = text.count(".") + 1
        return Comparison(operator, Version.parse(text + ".0" * (3 - parts)), parts)
    try:
        return Comparison(operator, Version.parse(text), 3)
    except ValueError as error:
        raise InvalidInput.of(
            "install.requirement-version", requirement=requirement, version=text
        ) from error


def _is_package(text: str) -> bool:
    """Return whether a text such as ``gear_tool.zip``, which could be an id with its repository, is a file."""
    return text.lower().endswith(_SUFFIX) and Path(text).is_file()


def _invalid(text: str) -> InvalidInput:
    """Return the error for what is not an extension, with what it is instead."""
    from extery.fetch import repository_of_link
    from extery.fetch.addresses import redact_url

    is_url = "://" in text
    repository = repository_of_link(text)
    is_path = "/" in text or os.sep in text or text.lower().endswith(_SUFFIX)
    return InvalidInput.of(
        "install.requirement",
        variant="link" if repository else "url" if is_url else "path" if is_path else "",
        requirement=redact_url(text) if is_url else text,
        repository=repository,
    )


def newest(versions: Iterable[Version], requirement: Requirement) -> Version | None:
    """Return the newest of ``versions`` that was asked for, or ``None``."""
    return max((version for version in versions if requirement.matches(version)), default=None)
