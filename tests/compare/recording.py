"""What one tree wrote: named outputs, and the problems it reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What an output is, and with it whether a difference fails the comparison."""

    FILE = "file"
    """Bytes of a package, a listing, a page of a repository or an API answer."""
    STATUS = "status"
    """Exit status or HTTP status."""
    VERDICT = "verdict"
    """Accepted or refused, with the number of errors and of warnings."""
    RESULT = "result"
    """JSON result of a command, without its problems."""
    HEADERS = "headers"
    """HTTP headers of an API answer or a download."""
    TEXT = "text"
    """Text for people on stdout and stderr, without the lines of problems."""
    PAGE = "page"
    """HTML page of the site."""


#: Kinds that fail the comparison only where the command line asks for it.
OPTIONAL_KINDS = frozenset({Kind.TEXT, Kind.PAGE})


class Output(NamedTuple):
    """One output. ``data`` is compared byte for byte."""

    kind: Kind
    data: bytes


class Report(NamedTuple):
    """A reported problem: identity (code), wording (message, hint) and place."""

    code: str
    severity: str
    message: str
    hint: str
    place: tuple[str, ...]

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Report:
        """Read a problem as the command line and the API print it."""
        place = [str(row.get(key)) for key in ("file", "field", "path", "line", "column")]
        code, severity, message, hint = (
            str(row.get(key) or "") for key in ("code", "severity", "message", "hint")
        )
        return cls(code, severity, message, hint, tuple(place))


@dataclass
class Recording:
    """Outputs and problems of one tree, by name such as ``build/demo/name_loom/stdout``."""

    outputs: dict[str, Output] = field(default_factory=dict)
    problems: dict[str, list[Report]] = field(default_factory=dict)

    def add(self, name: str, kind: Kind, data: bytes | str | int) -> None:
        """Record an output under a new name."""
        if name in self.outputs:
            raise ValueError(f"{name} is recorded twice")
        raw = data if isinstance(data, bytes) else str(data).encode()
        self.outputs[name] = Output(kind, raw)

    def add_problems(self, name: str, problems: Iterable[Report], *, ok: bool) -> None:
        """Record problems: their number strictly, their codes and wording for the table."""
        reports = list(problems)
        errors = sum(report.severity == "error" for report in reports)
        verdict = "accepted" if ok else "refused"
        counts = f"{errors} errors, {len(reports) - errors} warnings"
        self.add(f"{name}/verdict", Kind.VERDICT, f"{verdict}: {counts}")
        self.problems[name] = reports

    def update(self, other: Recording) -> None:
        """Take over everything that ``other`` recorded."""
        for name, output in other.outputs.items():
            self.add(name, output.kind, output.data)
        self.problems.update(other.problems)
