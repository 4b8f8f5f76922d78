"""Doctor: run all checks of a target. It changes nothing; each problem has a command that cures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from extery.client.checks import connections, extensions, files, leftovers, locks
from extery.client.checks.context import Context
from extery.core.errors import Problem


class Check(NamedTuple):
    """A check: its name, the line that states that all is fine, and the function that finds problems."""

    name: str
    fine: str
    find: Callable[[Context], Iterable[Problem]]
    is_online: bool = False


CHECKS = (
    Check("state", "All state files, listings and indexes are readable.", files.find_damaged_files),
    Check("permissions", "All folders and files can be used.", files.find_permission_problems),
    Check("disk-space", "The disk has space.", files.find_low_space),
    Check("lock", "No other command is running.", locks.find_lock_problems),
    Check("blender-lock", "No Blender is installing.", locks.find_blender_lock_problems),
    Check("interrupted", "No operation was interrupted.", locks.find_interrupted),
    Check("leftovers", "There are no leftovers of Blender.", leftovers.find_blender_leftovers),
    Check("temporary-files", "There are no leftovers of Extery.", leftovers.find_own_leftovers),
    Check("downloads", "There are no unfinished downloads.", leftovers.find_old_downloads),
    Check("repositories", "Each repository has its own URL.", extensions.find_twin_repositories),
    Check("encryption", "All repositories are encrypted.", extensions.find_plain_repositories),
    Check("twins", "Each extension is installed once.", extensions.find_twin_extensions),
    Check("folders", "All folders are named as their ids.", extensions.find_ignored_folders),
    Check("range", "All extensions fit the Blender.", extensions.find_unfit_extensions),
    Check("wheels", "All wheels are for the Python of the Blender.", extensions.find_other_wheels),
    Check("packages", "All packages are in the store.", extensions.find_missing_packages),
    Check("proxy", "No proxy prevents a connection.", connections.find_proxy_problems, True),
    Check(
        "certificates", "No certificate is refused.", connections.find_certificate_problems, True
    ),
    Check("servers", "All repositories answer.", connections.find_server_problems, True),
    Check("clock", "The clock is right.", connections.find_clock_problems),
)


class Checked(NamedTuple):
    """The result of a check. ``was_skipped``: it needs a repository on the network that may be requested."""

    check: Check
    problems: tuple[Problem, ...] = ()
    was_skipped: bool = False

    @property
    def status(self) -> str:
        """``fine``, ``attention`` or ``skipped``."""
        if self.was_skipped:
            return "skipped"
        return "attention" if self.problems else "fine"

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]


def examine(context: Context) -> list[Checked]:
    """Run all checks."""
    return [
        Checked(check, was_skipped=True)
        if check.is_online and not context.online
        else Checked(check, tuple(check.find(context)))
        for check in CHECKS
    ]
