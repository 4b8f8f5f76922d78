"""Whether a finding blocks an approval: the only place that decides it, by code.

What Blender refuses, or installs as something else, is a fact and always blocks. Other errors block unless a moderator has
set their code to inform, or too few of their findings were right (`extery_site.moderation.precision`). Warnings inform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.codes import Code, find
from extery.core.errors import Conflict, InvalidInput, NotFound, Problem, Where
from extery.core.installation import Installability
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.text_limits import MAX_TASK_LENGTH, clean_text
from extery_site.moderation.models import CodeBlocking
from extery_site.moderation.precision import Precision, precision_of_codes
from extery_site.ui.short_text import check_short_text

Mode = CodeBlocking.Mode
#: Judged findings, and owners of their extensions, without which the precision of a rule decides nothing: no author
#: alone, and no single review, switches a rule off.
MIN_CASES = 5
MIN_AUTHORS = 3
_PAGE = "/queue/-/precision/"


class Verdict(NamedTuple):
    """Whether findings with a code block an approval, and why."""

    blocks: bool
    why: str
    is_fixed: bool = False
    """Whether it is a fact, which moderators cannot set otherwise."""
    is_default: bool = False
    """Whether it is a warning as any other."""

    @property
    def label(self) -> str:
        return "Blocks" if self.blocks else "Informs"


def is_fact(code: str) -> bool:
    """Whether an error is no estimate: Blender refuses the package, or another thing than was checked is installed."""
    entry = _find(code)
    if entry is None or entry.severity != "error":
        return False
    # Checks of the site that ask for a person: what could not be checked, or has a match that one must look at.
    if code.startswith("scan."):
        return True
    installation = entry.installation
    if installation is None:
        return False
    return not entry.stricter or installation.installability != Installability.INSTALLS


def _find(code: str) -> Code | None:
    """Return the row of a code; stored findings can have one that this version of the site does not know."""
    try:
        return find(code)
    except KeyError:
        return None


def default_mode(*, is_error: bool) -> Mode:
    """Return the mode of a code without a row of its own."""
    return Mode.BY_PRECISION if is_error else Mode.INFORMS


@dataclass(frozen=True)
class Blocking:
    """The rows and the measured precision of codes, from which `verdict` follows."""

    rows: Mapping[str, CodeBlocking]
    precision: Mapping[str, Precision]

    def of(self, problem: Problem) -> Verdict:
        """Return the verdict of a finding."""
        return self.verdict(problem.code, is_error=problem.is_error)

    def mode(self, code: str, *, is_error: bool) -> Mode:
        row = self.rows.get(code)
        return Mode(row.mode) if row is not None else default_mode(is_error=is_error)

    def verdict(self, code: str, *, is_error: bool) -> Verdict:
        """Return whether findings with a code and severity block."""
        if is_error and is_fact(code):
            return Verdict(True, _fact_text(code), is_fixed=True)
        row = self.rows.get(code)
        mode = self.mode(code, is_error=is_error)
        if mode == Mode.BY_PRECISION:
            return _by_precision(self.precision.get(code), is_error=is_error)
        if row is None:
            return Verdict(False, "it is a warning", is_default=True)
        who = row.by.display_name if row.by else "a moderator"
        day = f"{row.changed_at.day} {row.changed_at:%B %Y}"
        return Verdict(mode == Mode.BLOCKS, f"set by {who} on {day}: {row.reason}")


def _fact_text(code: str) -> str:
    installation = find(code).installation
    return (
        f"always, {installation.reason}" if installation else "always, a person has to look at it"
    )


def _by_precision(precision: Precision | None, *, is_error: bool) -> Verdict:
    limit: float = settings.EXTERY_BLOCKING_PRECISION
    cases = precision.cases if precision else 0
    right = f"{precision.confirmed} of {cases} were right" if precision and cases else "none judged"
    if precision is None or cases < MIN_CASES or precision.authors < MIN_AUTHORS:
        needed = f"{MIN_CASES} judged findings of {MIN_AUTHORS} authors"
        return Verdict(is_error, f"its precision is not known before {needed}: {right}")
    value = precision.confirmed / cases
    side = "at least" if value >= limit else "below"
    return Verdict(value >= limit, f"{side} {limit:.2f}: {right}")


def load_blocking(problems: Iterable[Problem]) -> Blocking:
    """Return what decides about findings, in two queries at most and none without findings."""
    return load_codes({problem.code: problem.is_error for problem in problems})


def load_codes(codes: Mapping[str, bool]) -> Blocking:
    """Return what decides about codes, each with whether its findings are errors."""
    open_codes = {code: error for code, error in codes.items() if not (error and is_fact(code))}
    if not open_codes:
        return Blocking({}, {})
    rows = CodeBlocking.objects.filter(code__in=open_codes).select_related("by")
    known = Blocking({row.code: row for row in rows}, {})
    measured = {
        code
        for code, error in open_codes.items()
        if known.mode(code, is_error=error) == Mode.BY_PRECISION
    }
    if not measured:
        return known
    return Blocking(known.rows, {row.code: row for row in precision_of_codes(codes=measured)})


@transaction.atomic
def set_blocking(*, code: str, mode: str, by: AnyUser, reason: str) -> CodeBlocking | None:
    """Set whether findings with a code block; the mode of its severity leaves no row.

    Raises `Refused` for users who are not moderators, `NotFound` for a code that does not exist, and `Conflict` for a
    fact, which always blocks.
    """
    user = require_moderator(by)
    known = _find(code)
    if known is None:
        raise NotFound.of(
            "request.not-found", where=Where(path=("code",)), variant="code", name=code
        )
    is_error = known.severity == "error"
    if mode not in Mode.values:
        raise InvalidInput.of("review.blocking-mode", where=Where(path=("mode",)), mode=mode)
    reason = " ".join(clean_text(reason, field="reason", max_length=MAX_TASK_LENGTH).split())
    if not reason:
        raise InvalidInput.of("review.blocking-reason", where=Where(path=("reason",)))
    check_short_text(reason, field="reason")
    if is_fact(code):
        raise Conflict.of("review.blocking-fact", where=Where(path=("code",)), code=code)
    row = None
    if mode == default_mode(is_error=is_error):
        CodeBlocking.objects.filter(code=code).delete()
    else:
        values = {"mode": mode, "reason": reason, "by": user, "changed_at": timezone.now()}
        row, _ = CodeBlocking.objects.update_or_create(code=code, defaults=values)
    write_entry(
        Action.BLOCKING_SET, by=user, subject=code, path=_PAGE, text=reason, details={"mode": mode}
    )
    return row
