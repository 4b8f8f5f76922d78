"""The page and the API endpoint with the precision of each rule, for moderators."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import Field, Router, Schema

from extery_site.accounts.permissions import require_moderator
from extery_site.moderation.precision import PERIOD, precision_of_codes

router = Router(tags=["moderation"])


@login_required
@require_safe
def precision(request: HttpRequest) -> HttpResponse:
    """List the codes of findings with what moderators and authors made of them."""
    require_moderator(request.user)
    context = {"rows": precision_of_codes(), "days": PERIOD.days}
    return render(request, "moderation/precision.html", context)


class CodePrecisionOut(Schema):
    """What became of the findings with a code within a year."""

    code: str
    confirmed: int = Field(description="Kept after a dispute, or fixed by the author when asked.")
    waived: int = Field(description="Waived, also after a dispute.")
    disputed: int = Field(description="Disputes that wait for an answer.")
    precision: float | None = Field(description="Confirmed of all confirmed and waived, 0 to 1.")
    low: float | None = Field(description="The lower end of the Wilson interval of 95 %.")
    high: float | None = Field(description="The upper end.")


@router.get("/precision", response=list[CodePrecisionOut])
def list_precision(request: HttpRequest) -> list[CodePrecisionOut]:
    """Return the precision of each rule with findings that were judged, the lowest first; for moderators."""
    require_moderator(request.user)
    found = []
    for row in precision_of_codes():
        low, high = row.interval or (None, None)
        found.append(
            CodePrecisionOut(
                code=row.code,
                confirmed=row.confirmed,
                waived=row.waived,
                disputed=row.open,
                precision=row.value,
                low=low,
                high=high,
            )
        )
    return found
