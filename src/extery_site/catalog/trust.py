"""How far the approved work of an account raises its limits, and what lowers them again.

Derived from versions and events each time, so an approval, a block or its end counts at once, and
nothing has to be kept up to date. The age of an account does not count: accounts can be made in advance.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.quotas.usage import Growth

_Kind = Event.Kind
_Status = Version.Status
#: How long declined versions, blocks and malware count.
HISTORY = timedelta(days=365)


class Step(NamedTuple):
    """From how many points on limits are how many times as great as those of a new account."""

    points: int
    factor: int


class Trust(NamedTuple):
    """What is counted of an account."""

    approved: int
    """Versions that a moderator approved and that stand; after ``lowered_at``, if that is set."""
    declined: int
    """Versions that were declined within a year."""
    lowered_at: datetime | None
    """When its work was last blocked, or malware was found in it, within a year, if that still stands."""

    @property
    def points(self) -> int:
        """Approved versions without as many as were declined."""
        return max(0, self.approved - self.declined)

    @property
    def factor(self) -> int:
        """How many times as great its limits are as those of a new account."""
        return next((step.factor for step in reversed(steps()) if self.points >= step.points), 1)

    @property
    def level(self) -> int:
        """How many steps it has reached: 0 for a new account."""
        return sum(self.points >= step.points for step in steps())

    @property
    def next_step(self) -> Step | None:
        """The next step; ``None`` if it has reached the last one."""
        return next((step for step in steps() if self.points < step.points), None)

    @property
    def missing(self) -> int:
        """How many more approved versions the next step needs; 0 at the last one."""
        step = self.next_step
        return step.points - self.points if step is not None else 0

    @property
    def growth(self) -> Growth:
        """How the quotas of the account grow."""
        step = self.next_step
        return Growth(self.factor, step.factor if step else None, self.missing)


def steps() -> tuple[Step, ...]:
    """Return the steps of ``EXTERY_LIMIT_GROWTH``; none if all accounts have the same limits."""
    return tuple(Step(*step) for step in settings.EXTERY_LIMIT_GROWTH)


def trust_of(account: int) -> Trust:
    """Return what is counted of an account, by one query, and a second one if its work was blocked."""
    since = timezone.now() - HISTORY
    recent = Event.objects.filter(created_at__gte=since).order_by()
    owned = recent.filter(extension__owner=OuterRef("pk"))
    made = recent.filter(version__created_by=OuterRef("pk"))
    # Malware in a draft that its author deleted still counts: the event stays without the version.
    malware = owned.filter(
        Q(version__packages__file__quarantined_at__isnull=False) | Q(version=None),
        kind=_Kind.QUARANTINED,
    )
    times = {
        "blocked": owned.filter(kind=_Kind.BLOCKED, extension__status=Extension.Status.BLOCKED),
        "version_blocked": made.filter(
            kind__in=(_Kind.VERSION_BLOCKED, _Kind.SCAN_BLOCKED), version__status=_Status.BLOCKED
        ),
        "malware": malware,
    }
    declined = owned.filter(
        Q(version__status=_Status.DECLINED) | Q(version=None), kind=_Kind.DECLINED
    )
    rows = User.objects.filter(pk=account).annotate(
        **{name: Subquery(_latest(events)) for name, events in times.items()},
        declined=Coalesce(Subquery(_number(declined)), Value(0)),
    )
    approved = Subquery(_number(_standing()))
    found = rows.annotate(approved=Coalesce(approved, Value(0))).values(
        *times, "declined", "approved"
    )
    row = found.first()
    if row is None:
        return Trust(0, 0, None)
    lowered_at = max((row[name] for name in times if row[name] is not None), default=None)
    number = row["approved"]
    if lowered_at is not None:
        # Rare: only for authors whose work was blocked.
        work = _standing(account).filter(approved_at__gt=lowered_at)
        number = work.count()
    return Trust(number, row["declined"], lowered_at)


def _standing(account: Any = OuterRef("pk")) -> QuerySet[Version]:
    """Return the versions of an account that a moderator approved and that are not blocked."""
    hidden = (Extension.Status.BLOCKED, Extension.Status.DELETED)
    made = Version.objects.filter(
        created_by=account, status__in=(_Status.APPROVED, _Status.UNPUBLISHED)
    )
    return made.filter(is_unreviewed=False).exclude(extension__status__in=hidden).order_by()


def _latest(events: QuerySet[Event]) -> QuerySet[Event, Any]:
    return events.order_by("-created_at").values("created_at")[:1]


def _number(rows: QuerySet[Any]) -> Any:
    grouped = rows.annotate(one=Value(1)).values("one")
    return grouped.annotate(number=Count("pk", distinct=True)).values("number")
