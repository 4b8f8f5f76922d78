"""What a check of a package is: a value with functions, so that the pipeline knows nothing of what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from extery.core.errors import InvalidPackage, Problem
from extery_site.catalog.models import Package
from extery_site.scanning.models import StepResult

Outcome = StepResult.Outcome


class StepUnavailable(Exception):
    """A check could not be made now, for a reason outside of the file: it is made again later.

    The text is shown to the author and moderators.
    """


@dataclass(frozen=True)
class StepOutcome:
    """The result of a check. Problems are findings about the package; details are what the step keeps for pages."""

    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def of_problems(
        cls, problems: tuple[Problem, ...], details: Mapping[str, Any] | None = None
    ) -> StepOutcome:
        """Return the outcome of a check that looks for problems."""
        outcome = Outcome.FINDINGS if problems else Outcome.PASSED
        return cls(outcome, problems, details or {})

    @classmethod
    def of_unreadable(cls, error: InvalidPackage) -> StepOutcome:
        """Return the outcome for a package that ended its process, or cannot be opened; that is a finding."""
        note = f"The package cannot be read: {error.problems[0].message}."
        return cls(Outcome.NOT_SCANNED, tuple(error.problems), note=note)


@dataclass(frozen=True)
class Step:
    """One check of a package."""

    name: str
    """Its key in the database and in the API."""
    title: str
    """What people read, such as ``Malware``."""
    is_configured: Callable[[], bool]
    """Whether the site makes this check."""
    version: Callable[[], str]
    """Return the version of the rules or data; with another one, files are checked again. Raises `StepUnavailable`."""
    run: Callable[[Package, BinaryIO], StepOutcome]
    """Check a package. Raises `StepUnavailable`; any other exception is a fault of the check."""
    is_required: Callable[[], bool] = lambda: False
    """Whether no version is published before this check was made."""
    is_optional: bool = False
    """Whether pages say nothing of it where the site does not make it."""
    applies_to: Callable[[Package], bool] = lambda package: True  # noqa: ARG005
    """Whether the package has what is checked."""

    @property
    def title_in_text(self) -> str:
        """The title within a sentence: ``malware``, ``YARA rules``."""
        return " ".join(word if word.isupper() else word.lower() for word in self.title.split(" "))
