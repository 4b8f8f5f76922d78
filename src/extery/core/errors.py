"""Problems and the errors that carry them. Knows nothing of terminals, HTTP or the network.

A `Problem` is data: a code that stays for ever, one sentence, a hint and a place.
An `ExteryError` carries problems, and its class says whose move it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self

from extery.core.codes import severity_of

Severity = Literal["error", "warning"]

#: What others wrote may be quoted in a message, and may be of any length.
MAX_TEXT = 1_000
MAX_PLACE = 300


class Where(NamedTuple):
    """The place of a problem: a file, a field in it, and a position in its text.

    ``path`` leads through nested values: ``("permissions", "network")`` or ``("tags", 1)``.
    ``line`` and ``column`` count from 1, ``column`` in characters.
    """

    file: str = ""
    path: tuple[str | int, ...] = ()
    line: int | None = None
    column: int | None = None

    @property
    def field(self) -> str:
        """The path as people write it: ``permissions.network``, ``tags[1]``."""
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                text += f".{step}" if text else step
        return bounded(text, MAX_PLACE)

    def __str__(self) -> str:
        """``file:line:column``, or ``file:field`` where no line is known."""
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        elif self.path:
            parts.append(self.field)
        return ":".join(parts)


def bounded(text: str, length: int = MAX_TEXT) -> str:
    """The text, cut off after so many characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _unicode(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file or terminal."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Problem(NamedTuple):
    """One thing that is wrong or doubtful, complete enough to be shown anywhere."""

    code: str
    message: str
    hint: str = ""
    where: Where = Where()
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def as_dict(self) -> dict[str, Any]:
        """The problem as JSON: every key is always there, ``None`` where nothing is known."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": _unicode(self.message),
            "hint": _unicode(self.hint) or None,
            "file": _unicode(self.where.file) or None,
            "field": _unicode(self.where.field) or None,
            "path": [_unicode(s) if isinstance(s, str) else s for s in self.where.path],
            "line": self.where.line,
            "column": self.where.column,
        }

    def __str__(self) -> str:
        place = str(self.where)
        return f"{place}: {self.message}" if place else self.message


class ProblemList:
    """Problems in the order in which they were found.

    Raises `KeyError` for a code that the catalogue in `extery.core.codes` does not have:
    a problem without an explanation is a mistake of ours.
    """

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._problems: Final[list[Problem]] = list(problems)
        self._raises: type[ExteryError] | None = None

    def add(self, code: str, message: str, *, hint: str = "", where: Where = Where()) -> None:
        """Note a problem; how bad it is stands in the catalogue."""
        self._problems.append(
            Problem(code, bounded(message), bounded(hint), where, severity_of(code))
        )

    def extend(self, problems: Iterable[Problem]) -> None:
        self._problems.extend(problems)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self._problems if problem.is_error]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self._problems if not problem.is_error]

    def raising(self, error: type[ExteryError]) -> Self:
        """Use the list as a context that raises ``error`` at its end if an error was added."""
        self._raises = error
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._raises is not None and self.errors:
            raise self._raises(*self._problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems)

    def __len__(self) -> int:
        return len(self._problems)

    def __bool__(self) -> bool:
        return bool(self._problems)

    def __repr__(self) -> str:
        return f"ProblemList({[problem.code for problem in self._problems]})"


class ExteryError(Exception):
    """The root of everything that Extery raises on purpose."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise TypeError("an ExteryError needs at least one problem")
        super().__init__(*problems)
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def of(cls, code: str, message: str, *, hint: str = "", where: Where = Where()) -> Self:
        """The error with one problem, which is the usual case."""
        return cls(Problem(code, bounded(message), bounded(hint), where, severity_of(code)))

    @property
    def code(self) -> str:
        """The code of the first real error among the problems."""
        return self._first.code

    @property
    def _first(self) -> Problem:
        return next((p for p in self.problems if p.is_error), self.problems[0])

    def __str__(self) -> str:
        rest = sum(1 for problem in self.problems if problem.is_error) - 1
        more = f" (and {rest} more)" if rest > 0 else ""
        return f"{self._first}{more}"


class InvalidInput(ExteryError):
    """What was given is wrong; giving the same again will fail again."""


class InvalidManifest(InvalidInput):
    """A blender_manifest.toml that breaks a rule."""


class InvalidPackage(InvalidInput):
    """A zip that is not a well-made extension package."""


class InvalidListing(InvalidInput):
    """A repository listing that a client would refuse."""


class Incompatible(ExteryError):
    """Right in itself, but not for this Blender, platform or Python."""


class NotFound(ExteryError):
    """Something that was named is not there."""


class Conflict(ExteryError):
    """Something else is there already, or changed meanwhile."""


class Refused(ExteryError):
    """Whoever asks may not do this, or a rule forbids it."""


class Corrupt(ExteryError):
    """What we had stored, or were sent, is not what it claims to be."""


class Unavailable(ExteryError):
    """The network, a disk or another program did not answer; trying again may help."""
