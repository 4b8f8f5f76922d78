"""Problems and the errors that carry them, independent of terminals, HTTP and the network.

A `Problem` is data: a permanent code, its values, and a location. Its message and hint are
rendered from the code's templates in `extery.core.codes`. An `ExteryError` carries problems, and its class
names who has to act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from extery.core.codes import find, render

Severity = Literal["error", "warning"]
#: A value of a problem; callers convert all other types to text.
Value = str | int | float

#: Maximum length of messages, hints and values, which may quote untrusted text.
MAX_TEXT = 1_000
MAX_FIELD = 300


class Where(NamedTuple):
    """The location of a problem: a file, a field in it, and a position in its text.

    `extery.cli.output.outcome.PrefixedProblem` makes the file relative to the current folder.

    ``path`` leads through nested values: ``("permissions", "network")`` or ``("tags", 1)``.
    ``line`` and ``column`` count from 1, ``column`` in characters.
    """

    file: str = ""
    path: tuple[str | int, ...] = ()
    line: int | None = None
    column: int | None = None

    @property
    def field(self) -> str:
        """The path in the usual notation: ``permissions.network``, ``tags[1]``."""
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            else:
                text += f".{step}" if text else step
        return bounded(text, MAX_FIELD)

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
    """Return ``text``, cut off after ``length`` characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _unicode(text: str) -> str:
    """Return ``text`` with unpaired surrogates escaped: files and terminals cannot encode them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Problem(NamedTuple):
    """One error or warning that was found, with everything that is needed to print it.

    Its code is a row of `extery.core.codes`, a `Code`. A function that does not know the location yet returns an
    `extery.package.issue.Issue`.

    ``values`` are those with which the templates were rendered, sorted by name.
    """

    code: str
    message: str
    hint: str = ""
    where: Where = Where()
    severity: Severity = "error"
    values: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(
        cls,
        code: str,
        /,
        *,
        where: Where = Where(),
        variant: str = "",
        **values: Value,
    ) -> Self:
        """Return the problem ``code`` with its severity from the table of codes.

        Message and hint are rendered from the code's templates and ``values``; ``variant`` is one of the values
        and chooses among templates.
        Raises `KeyError` for an unknown code or a missing value: that is a bug of the caller.
        """
        entry = find(code)
        if variant:
            values["variant"] = variant
        bounded_values = {
            name: bounded(_unicode(value)) if isinstance(value, str) else value
            for name, value in sorted(values.items())
        }
        message, hint = render(entry, bounded_values)
        return cls(
            code,
            bounded(message),
            bounded(hint),
            where,
            entry.severity,
            tuple(bounded_values.items()),
        )

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def with_values(self, **values: Value) -> Self:
        """Return the problem with more values, rendered again: for example with one of `extery.core.codes.SUBJECTS`."""
        merged: dict[str, Any] = {**dict(self.values), **values}
        variant = merged.pop("variant", "")
        problem = self.of(self.code, where=self.where, variant=variant, **merged)
        return problem._replace(severity=self.severity)

    @property
    def fingerprint(self) -> str:
        """An identifier that survives rewording and moved lines: of code, file and values.

        A problem without values is identified by its field instead. A place in a package, which may name a
        line, is not a part of it.
        """
        import hashlib
        import json

        file = self.where.file.replace("\\", "/")
        values = [pair for pair in self.values if pair[0] != "place_in_package"]
        identity: list[Any] = values or [_unicode(str(step)) for step in self.where.path]
        text = json.dumps([self.code, _unicode(file), identity], separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as JSON: every key is always present, ``None`` for unknown values."""
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
            "values": dict(self.values),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the problem for which `as_dict` returned ``data``; ``values`` may be absent."""
        where = Where(data["file"] or "", tuple(data["path"]), data["line"], data["column"])
        values = sorted(data.get("values", {}).items())
        return cls(
            data["code"],
            data["message"],
            data["hint"] or "",
            where,
            data["severity"],
            tuple(values),
        )

    def __str__(self) -> str:
        where = str(self.where)
        return f"{where}: {self.message}" if where else self.message


class ProblemList(list[Problem]):
    """Problems in the order in which they were added."""

    _raises: type[ExteryError] | None = None

    def add(
        self,
        code: str,
        /,
        *,
        where: Where = Where(),
        variant: str = "",
        **values: Value,
    ) -> None:
        """Add the problem that `Problem.of` returns for these arguments."""
        self.append(Problem.of(code, where=where, variant=variant, **values))

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self if problem.is_error]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self if not problem.is_error]

    def raising(self, error: type[ExteryError]) -> Self:
        """Use the list as a context manager that raises ``error`` at its end if an error was added."""
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
            raise self._raises(*self)

    def __repr__(self) -> str:
        return f"ProblemList({[problem.code for problem in self]})"


class ExteryError(Exception):
    """The base class of all errors that Extery raises deliberately."""

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise TypeError("an ExteryError needs at least one problem")
        super().__init__(*problems)
        self.problems: tuple[Problem, ...] = problems
        #: The Blenders that refuse what was checked: each an `extery.rules.blender_verdicts.Refusal`.
        self.refusals: Sequence[Any] | None = None

    @classmethod
    def of(
        cls,
        code: str,
        /,
        *,
        where: Where = Where(),
        variant: str = "",
        **values: Value,
    ) -> Self:
        """Return the error with one problem, that of `Problem.of`."""
        return cls(Problem.of(code, where=where, variant=variant, **values))

    @property
    def code(self) -> str:
        """The code of the first problem that is an error."""
        return self._first.code

    @property
    def _first(self) -> Problem:
        return next((p for p in self.problems if p.is_error), self.problems[0])

    def __str__(self) -> str:
        others = sum(1 for problem in self.problems if problem.is_error) - 1
        more = f" (and {others} more)" if others > 0 else ""
        return f"{self._first}{more}"


class InvalidInput(ExteryError):
    """The input is wrong; the same input will fail again."""


class InvalidManifest(InvalidInput):
    """An invalid blender_manifest.toml."""


class InvalidPackage(InvalidInput):
    """A zip that is not a valid extension package."""


class InvalidListing(InvalidInput):
    """A repository listing that a client would refuse."""


class Incompatible(ExteryError):
    """Valid, but not for this Blender, platform or Python."""


class NotFound(ExteryError):
    """A file, folder or object does not exist."""


class Conflict(ExteryError):
    """The target already exists, or was changed by another process."""


class Refused(ExteryError):
    """The caller lacks the permission, or a rule forbids the action."""


class Corrupt(ExteryError):
    """Stored or received data differs from its recorded size or hash."""


class Unavailable(ExteryError):
    """The network, a disk or another program failed; trying again may help."""
