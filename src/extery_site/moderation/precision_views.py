"""The page and the API endpoints with the precision of each rule and whether it blocks, for moderators."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods
from ninja import Field, Router, Schema

from extery.core.codes import find
from extery.core.errors import NotFound
from extery_site.accounts.permissions import require_moderator
from extery_site.moderation.blocking import (
    MIN_AUTHORS,
    MIN_CASES,
    Blocking,
    Mode,
    Verdict,
    is_fact,
    set_blocking,
)
from extery_site.moderation.forms import BlockingForm
from extery_site.moderation.models import CodeBlocking
from extery_site.moderation.precision import PERIOD, Precision, precision_of_codes
from extery_site.ui.submission import submit

router = Router(tags=["moderation"])


class CodeRow(NamedTuple):
    """A code with its precision, and whether it blocks."""

    precision: Precision
    verdict: Verdict
    mode: Mode


def code_rows(also: str = "") -> list[CodeRow]:
    """Return the codes that were judged, the lowest precision first, then those that were set; in two queries.

    With the code ``also``, if there is such a one, first.
    """
    measured = {row.code: row for row in precision_of_codes()}
    set_rows = {row.code: row for row in CodeBlocking.objects.select_related("by")}
    blocking = Blocking(set_rows, measured)
    return [
        row
        for code in dict.fromkeys([*([also] if also else []), *measured, *set_rows])
        if (row := _row(code, blocking)) is not None
    ]


def _row(code: str, blocking: Blocking) -> CodeRow | None:
    try:
        is_error = find(code).severity == "error"
    except KeyError:  # of an older version of the site
        return None
    precision = blocking.precision.get(code) or Precision(code, 0, 0, 0, ())
    verdict = blocking.verdict(code, is_error=is_error)
    return CodeRow(precision, verdict, blocking.mode(code, is_error=is_error))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def precision(request: HttpRequest) -> HttpResponse:
    """List the codes of findings with what moderators and authors made of them; set whether one blocks."""
    require_moderator(request.user)
    asked = request.GET.get("code", "")[:100]
    form = BlockingForm(request.POST or None, initial={"code": asked})
    submission = submit(request, form, lambda: set_blocking(by=request.user, **form.cleaned_data))
    if submission.is_done:
        code = form.cleaned_data["code"]
        mode = Mode(form.cleaned_data["mode"]).label.lower()
        messages.success(request, f"{code} is set: {mode}.")
        return redirect(f"{request.path}#code-{code}")
    context = {
        "rows": code_rows(asked),
        "days": PERIOD.days,
        "asked": asked,
        "limit": f"{settings.EXTERY_BLOCKING_PRECISION:.2f}",
        "least": (MIN_CASES, MIN_AUTHORS),
    }
    return submission.render("moderation/precision.html", context)


class CodePrecisionOut(Schema):
    """What became of the findings with a code within a year, and whether they block an approval."""

    code: str
    confirmed: int = Field(description="Kept after a dispute, or fixed by the author when asked.")
    waived: int = Field(description="Waived, also after a dispute.")
    disputed: int = Field(description="Disputes that wait for an answer.")
    precision: float | None = Field(description="Confirmed of all confirmed and waived, 0 to 1.")
    low: float | None = Field(description="The lower end of the Wilson interval of 95 %.")
    high: float | None = Field(description="The upper end.")
    authors: int = Field(description="Authors of the extensions with a finding that was judged.")
    mode: str = Field(description="blocks, informs or by_precision.")
    blocks: bool = Field(description="Whether its findings keep a version from being approved.")
    reason: str = Field(description="Why, such as: below 0.80: 4 of 9 were right.")
    is_fact: bool = Field(description="Whether it always blocks, and cannot be set.")

    @classmethod
    def of(cls, row: CodeRow) -> CodePrecisionOut:
        measured, verdict = row.precision, row.verdict
        low, high = measured.interval or (None, None)
        return cls(
            code=measured.code,
            confirmed=measured.confirmed,
            waived=measured.waived,
            disputed=measured.open,
            precision=measured.value,
            low=low,
            high=high,
            authors=measured.authors,
            mode=row.mode.value,
            blocks=verdict.blocks,
            reason=verdict.why,
            is_fact=is_fact(measured.code),
        )


class BlockingIn(Schema):
    """Whether the findings of a code block an approval."""

    mode: str = Field(description="blocks, informs or by_precision.")
    reason: str = Field(description="Everyone who reads the findings can read it.")


@router.get("/precision", response=list[CodePrecisionOut])
def list_precision(request: HttpRequest) -> list[CodePrecisionOut]:
    """Return the precision of each rule with findings that were judged, the lowest first; for moderators.

    Rules that were set to block or to inform follow, also without such findings.
    """
    require_moderator(request.user)
    return [CodePrecisionOut.of(row) for row in code_rows()]


@router.get("/precision/{code}", response=CodePrecisionOut)
def read_precision(request: HttpRequest, code: str) -> CodePrecisionOut:
    """Return the precision of any rule, and whether it blocks; for moderators."""
    require_moderator(request.user)
    return _one(code)


@router.put("/precision/{code}", response=CodePrecisionOut)
def set_mode(request: HttpRequest, code: str, body: BlockingIn) -> CodePrecisionOut:
    """Set whether the findings of a rule block an approval; not of one that always does, because Blender refuses it."""
    set_blocking(code=code, mode=body.mode, by=request.user, reason=body.reason)
    return _one(code)


def _one(code: str) -> CodePrecisionOut:
    row = next((row for row in code_rows(code) if row.precision.code == code), None)
    if row is None:
        raise NotFound.of("request.not-found", variant="code", name=code)
    return CodePrecisionOut.of(row)
