"""Rows of the problems that `extery.core.locks` raises, for the tables of the areas that lock folders."""

from __future__ import annotations

from extery.core.codes import Code

_IN_USE = "{folder} is in use by {holder}"
_WAITED = " (waited {seconds:g} seconds)"
#: The holder of the lock -> the hint.
_HINTS = {
    "other-computer": "wait until it has ended, or end process {pid} on {host}",
    "thread": "wait until the other thread of this program has finished",
    "process": "wait until it has ended, or end it: {kill}",
}


def folder_in_use(why: str) -> Code:
    """Return the row of a folder that another process has locked."""
    unknown = "{folder} is in use by another process"
    variants = {name: (_IN_USE, hint) for name, hint in _HINTS.items()}
    waited = {f"{name}-waited": (_IN_USE + _WAITED, hint) for name, hint in _HINTS.items()}
    return Code(
        "error", "another process is working in the folder", why,
        message=unknown,
        hint="find the process that has {path} open, wait for it or end it, then try again",
        variants={**variants, **waited, "waited": (unknown + _WAITED, "")},
        example={
            "variant": "process",
            "folder": "extensions",
            "path": "extensions/.extery/lock",
            "holder": "process 4711 (extery mirror) on build-1, since 2026-01-31 13:05:00",
            "kill": "kill 4711",
            "pid": 4711,
            "host": "build-1",
            "seconds": 5,
        },
    )  # fmt: skip


def lock_unusable(why: str) -> Code:
    """Return the row of a lock file that cannot be locked."""
    return Code(
        "error", "the lock file cannot be used", why,
        message="the file system of {path} does not support locks: {reason}",
        hint="use a folder on another file system, for example on a local disk",
        variants={
            "link": ("the lock file {path} is a symbolic link", "remove the link"),
            "folder": ("the lock file {path} is a folder", "remove or rename the folder"),
        },
        example={"path": "extensions/.extery/lock", "reason": "Function not implemented"},
    )  # fmt: skip


def unwritable(title: str) -> Code:
    """Return the row of a file or folder that cannot be written."""
    return Code(
        "error", title, "The operating system refused it; the old files are unchanged.",
        message="{path} cannot be written: {reason}",
        hint="check that you may write there, and that the disk has room",
        example={"path": "extensions", "reason": "Permission denied"},
    )  # fmt: skip
