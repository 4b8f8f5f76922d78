"""The limits of an account, which grow with its approved versions: for its page and the API."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import Router, Schema

from extery_site.accounts.permissions import require_signed_in, require_user
from extery_site.catalog.trust import HISTORY, Trust, steps, trust_of

router = Router(tags=["publishing"])
_KINDS = {
    "uploads": "Uploads of packages and images",
    "drafts": "Drafts at the same time",
    "submissions": "Submissions for review",
}


class Limit(NamedTuple):
    """A limit of an account now, and after each step; ``None`` is unlimited."""

    name: str
    label: str
    unit: str
    """The period, such as ``day``; empty for a number at the same time."""
    limit: int | None
    steps: tuple[int | None, ...]
    """The limits of a new account and after each step."""


def limits_of(trust: Trust) -> list[Limit]:
    """Return the limits that apply with what is counted of an account."""
    found = []
    factors = (1, *(step.factor for step in steps()))
    for name, label in _KINDS.items():
        value: Any = getattr(settings, f"EXTERY_{name.upper()}_PER_ACCOUNT")
        base, unit = (value, "") if name == "drafts" else _rate(value)
        grown = tuple(None if base is None else base * factor for factor in factors)
        found.append(Limit(name, label, unit, grown[trust.level], grown))
    return found


def _rate(value: Any) -> tuple[int | None, str]:
    return (None, "") if value is None else (value.number, value.unit)


@login_required
@require_safe
def my_limits(request: HttpRequest) -> HttpResponse:
    """Show the user's limits, and what raises and lowers them."""
    trust = trust_of(require_signed_in(request.user).pk)
    context = {
        "trust": trust,
        "limits": limits_of(trust),
        "steps": steps(),
        "days": HISTORY.days,
    }
    return render(request, "publish/limits.html", context)


class LimitOut(Schema):
    """A limit now; ``null`` is unlimited. Without ``period``, of things at the same time."""

    name: str
    limit: int | None
    period: str | None


class LimitsOut(Schema):
    """The limits of your account, and how many approved versions the next ones need.

    ``approved`` and ``declined`` are the versions that count, ``lowered`` whether a block or malware lowered them.
    """

    approved: int
    declined: int
    lowered: bool
    factor: int
    next_factor: int | None
    missing: int
    limits: list[LimitOut]


@router.get("/account/limits", response=LimitsOut)
def limits(request: HttpRequest) -> LimitsOut:
    """Return the limits of uploads, drafts and submissions of your account."""
    trust = trust_of(require_user(request.user).pk)
    step = trust.next_step
    return LimitsOut(
        approved=trust.approved,
        declined=trust.declined,
        lowered=trust.lowered_at is not None,
        factor=trust.factor,
        next_factor=step.factor if step else None,
        missing=trust.missing,
        limits=[
            LimitOut(name=one.name, limit=one.limit, period=one.unit or None)
            for one in limits_of(trust)
        ],
    )
