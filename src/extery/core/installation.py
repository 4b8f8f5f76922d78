"""What happens when a package with a problem is installed: a field of the row of its code.

`extery.rules.installability` keeps a package out of repositories and mirrors by it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Installability(StrEnum):
    """The result of installing a package with a problem."""

    FAILS = "cannot be installed"
    DIFFERS = "is not installed as it was checked"
    HARMS = "harms the system or other add-ons"
    INSTALLS = "can be installed"


class Installation(NamedTuple):
    """The result of installing a package with a problem, and why."""

    installability: Installability
    reason: str


def fails(reason: str) -> Installation:
    """Blender cannot install the package: repositories leave it out."""
    return Installation(Installability.FAILS, reason)


def differs(reason: str) -> Installation:
    """Something other than what was checked would be installed: repositories leave the package out."""
    return Installation(Installability.DIFFERS, reason)


def harms(reason: str) -> Installation:
    """Installing the package damages other things: repositories leave it out."""
    return Installation(Installability.HARMS, reason)


def installs(reason: str) -> Installation:
    """Blender installs the package: repositories list it, and report the problem."""
    return Installation(Installability.INSTALLS, reason)
