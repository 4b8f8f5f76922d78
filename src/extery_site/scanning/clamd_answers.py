"""The answers of clamd: the verdict of each, and errors without a verdict."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Literal

from extery.core.text import clean_message

#: Characters of a name or a message of clamd.
MAX_TEXT = 120

_STREAM_LIMIT = "INSTREAM size limit exceeded. ERROR"
_FOUND = re.compile(r"stream: (.+) FOUND", re.DOTALL)
_FOUND_LIMIT = re.compile(r"Heuristics\.Limits\.Exceeded(?:\.(\S+))?")
#: With ``AlertEncryptedArchive yes``.
_FOUND_ENCRYPTED = re.compile(r"Heuristics\.Encrypted(?:\.(\S+))?")
_ERROR = re.compile(r"(?:stream: )?(?:CL_E[A-Z]+: )?(.+?)\.? ERROR", re.DOTALL)
#: Errors that clamd has with one file; its other errors are its own, and another attempt may succeed.
_FILE_ERRORS = {
    "Exceeded time limit": "clamd's MaxScanTime",
    "Time limit reached": "clamd's MaxScanTime",
    "Exceeded max recursion depth": "clamd's MaxRecursion",
    "Exceeded max scan size": "clamd's MaxScanSize",
    "Exceeded max scan files": "clamd's MaxFiles",
    "Bad format or broken data": "",
    "Can't parse data": "",
    "Can't unpack some data": "",
}


@dataclass(frozen=True)
class ClamdVerdict:
    """What clamd says of a file: ``signature`` of an infected one, ``reason`` why a file was not scanned."""

    kind: Literal["clean", "infected", "not_scanned"]
    signature: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return a value for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, value: dict[str, str]) -> ClamdVerdict:
        """Return the verdict of `as_dict`; raises TypeError for another value."""
        return cls(**value)  # type: ignore[arg-type]


class ScannerUnavailable(Exception):
    """There is no verdict: clamd cannot be reached, is too slow, or its answer is not known.

    The text is for staff; it has no path and no address.
    """


def read_verdict(answer: str, *, is_complete: bool) -> ClamdVerdict:
    """Return the verdict of an answer to a file, of which clamd has read all or only the beginning."""
    if answer == _STREAM_LIMIT:
        return over_limit("clamd's StreamMaxLength")
    if not is_complete:
        raise ScannerUnavailable(f"clamd stopped reading the file: {_without_paths(answer)}")
    if answer == "stream: OK":
        return ClamdVerdict("clean")
    if found := _FOUND.fullmatch(answer):
        if limit := _FOUND_LIMIT.fullmatch(found[1]):
            return over_limit(f"clamd's {_shown(limit[1])}" if limit[1] else "one of clamd")
        if _FOUND_ENCRYPTED.fullmatch(found[1]):
            return ClamdVerdict("not_scanned", reason="clamd cannot read what is encrypted in it")
        return ClamdVerdict("infected", signature=_shown(found[1]))
    if (failed := _ERROR.fullmatch(answer)) and failed[1] in _FILE_ERRORS:
        if limit_name := _FILE_ERRORS[failed[1]]:
            return over_limit(limit_name)
        return ClamdVerdict("not_scanned", reason=f"clamd cannot read the file: {failed[1]}")
    raise unknown(answer)


def over_limit(name: str) -> ClamdVerdict:
    """Return the verdict of a file over a limit of clamd."""
    return ClamdVerdict("not_scanned", reason=f"the file is over a limit: {name}")


def unknown(answer: str) -> ScannerUnavailable:
    """Return the error of an answer that has no verdict."""
    if failed := _ERROR.fullmatch(answer):
        return ScannerUnavailable(f"clamd has an error: {_without_paths(failed[1])}")
    return ScannerUnavailable(f"clamd sent an unknown answer: {_without_paths(answer)}")


def _without_paths(text: str) -> str:
    return _shown(re.sub(r"/[^\s:]*/[^\s:]*", "…", text))


def _shown(text: str) -> str:
    """Return a text of clamd on one line, bounded, without what cannot be printed."""
    line = clean_message(text) or "(nothing)"
    return line if len(line) <= MAX_TEXT else f"{line[: MAX_TEXT - 1]}…"
