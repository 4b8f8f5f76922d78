"""Compare two stored packages, in isolation: what a process returns that was taken over is not a difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from extery.isolation.limits import NO_FILES, Limits, ProcessEnded, Reason
from extery.isolation.replies import MALFORMED
from extery_site.catalog.stored_values import without_nul
from extery_site.moderation.syntax import KINDS
from extery_site.project.isolation import call_isolated

#: A comparison reads for 20 s at most and keeps 24 MB of texts; its result has up to 15,000 lines.
_LIMITS = Limits(memory=500_000_000, seconds=60.0, cpu_seconds=45, output=80_000_000)
_ENDED: dict[Reason, str] = {
    "memory": "comparing it takes too much memory",
    "time": "comparing it takes too long",
    "disk": "the archives in it are too large",
    "output": "the difference is too long",
}
_MAX_NUMBER = (1 << 53) - 1
_STATUSES = ("added", "removed", "changed")
_FILE = {
    **dict.fromkeys(("name", "status", "new_sha256", "old_sha256", "note"), str),
    **dict.fromkeys(("added", "removed"), int),
    "is_binary": bool,
    "lines": list,
}
_HOST = {"host": str, "file": str, "line": int, "is_new": bool}


def compare(new: BinaryIO, old: BinaryIO | None) -> dict[str, Any]:
    """Return the difference of a package from another one: what `package_differences.compare_packages` returns.

    With ``ended``, if the packages were too much for their process; ``limits`` says it then, and there is nothing else. Raises `InvalidPackage` if one
    cannot be opened, and `Unavailable`.
    """
    files = NO_FILES if old is None else {"old": old}
    try:
        difference = call_isolated("compare-packages", new, {}, _LIMITS, files=files).value
        _check(difference)
    except ProcessEnded as error:
        return _ended(error.reason)
    except MALFORMED:
        return _ended("crash")
    cleaned: dict[str, Any] = without_nul(difference)
    return cleaned


def _ended(reason: Reason) -> dict[str, Any]:
    why = _ENDED.get(reason, "it ends the process that reads it")
    limit = f"A package cannot be compared: {why}. Its content is no ordinary one; look at it with care."
    return {"files": [], "hosts": [], "lost_hosts": [], "limits": [limit], "ended": reason}


def _check(value: Any) -> None:
    """Raise one of `MALFORMED` if a value is not a difference."""
    if value.keys() != {"files", "hosts", "lost_hosts", "limits"}:
        raise ValueError("not a difference")
    for text in (*value["lost_hosts"], *value["limits"]):
        _is(text, str)
    for host in value["hosts"]:
        _has(host, _HOST)
    for file in value["files"]:
        _has(file, _FILE | {"old_size": object, "new_size": object})
        for size in (file["old_size"], file["new_size"]):
            _is(0 if size is None else size, int)
        if file["status"] not in _STATUSES:
            raise ValueError("not a status")
        for mark, old, new, text, spans in file["lines"]:
            _is(text, str)
            _is(old, int)
            _is(new, int)
            if mark not in (" ", "-", "+"):
                raise ValueError("not a mark")
            for start, end, kind in spans:
                if not 0 <= start <= end <= len(text) + 1 or kind not in KINDS:
                    raise ValueError("not a span")


def _has(value: Mapping[str, Any], types: Mapping[str, type]) -> None:
    if value.keys() != types.keys():
        raise ValueError("other names")
    for name, kind in types.items():
        _is(value[name], kind)


def _is(value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"not {kind.__name__}")
    if isinstance(value, str):
        value.encode()  # half a surrogate pair cannot be stored or shown
    if isinstance(value, int) and not 0 <= value <= _MAX_NUMBER:
        raise ValueError("not a number")
