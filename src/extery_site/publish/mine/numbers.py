"""The numbers at the top of *My extensions*, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, Q
from django.utils import timezone

from extery.core.versions import BLENDER_SERIES, format_series, number_of_blender_version
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.ratings.models import Rating
from extery_site.statistics.queries import Keys, downloads_compared

DAYS = 30
#: Downloads before which a change in percent says nothing.
_MIN_COMPARED = 20
#: Statuses of a version that waits for moderators, or for its time.
IN_REVIEW = (Version.Status.IN_REVIEW, Version.Status.ON_HOLD, Version.Status.COOLING_DOWN)
_Status = Extension.Status


@dataclass(frozen=True)
class Downloads:
    """The downloads of the last 30 days, and of the 30 before."""

    number: int
    before: int

    @property
    def change(self) -> int | None:
        """The change in percent; ``None`` if there were too few downloads to compare with."""
        if self.before < _MIN_COMPARED:
            return None
        return round((self.number - self.before) * 100 / self.before)


@dataclass(frozen=True)
class Ratings:
    """The ratings that are not hidden, the average as the stars were given."""

    average: float | None
    new: int
    unanswered: int


@dataclass(frozen=True)
class Ready:
    """Which public extensions work in the newest Blender, as far as is known."""

    series: str
    number: int
    of: int
    breaking: int
    outside: int


@dataclass(frozen=True)
class Numbers:
    """How many extensions are in which state, and the four numbers."""

    all: int
    public: int
    drafts: int
    in_review: int
    waiting: list[Version]
    """The versions that wait for longest, three at most."""
    ratings: Ratings
    ready: Ready


def downloads_of(extensions: Keys) -> Downloads:
    """Return the downloads of extensions, in one query."""
    return Downloads(*downloads_compared(extensions, days=DAYS))


def numbers_of(user: User) -> Numbers:
    """Return the numbers of an author."""
    own = Extension.objects.filter(owner=user, erased_at=None)
    counts = own.exclude(status=_Status.DELETED).aggregate(
        all=Count("pk"),
        public=Count("pk", filter=Q(status=_Status.APPROVED)),
        drafts=Count("pk", filter=Q(status__in=(_Status.DRAFT, _Status.WITHDRAWN))),
    )
    waiting = Version.objects.filter(extension__owner=user, status__in=IN_REVIEW)
    oldest = list(waiting.select_related("extension").order_by("submitted_at", "pk")[:3])
    return Numbers(
        **counts,
        in_review=waiting.count(),
        waiting=oldest,
        ratings=_ratings(user),
        ready=_ready(user),
    )


def _ratings(user: User) -> Ratings:
    new = Q(created_at__gte=timezone.now() - timedelta(days=DAYS))
    found = (
        Rating.objects.filter(extension__owner=user, extension__status=_Status.APPROVED)
        .shown()
        .aggregate(
            average=Avg("stars"),
            new=Count("pk", filter=new),
            unanswered=Count("pk", filter=~Q(text="") & Q(reply=None)),
        )
    )
    return Ratings(**found)


def _ready(user: User) -> Ready:
    blender = (*BLENDER_SERIES[-1], 0)
    number = number_of_blender_version(blender)
    public = Extension.objects.public().filter(owner=user)
    inside = Q(newest_version__blender_min__lt=number + 1000) & (
        Q(newest_version__blender_max=None) | Q(newest_version__blender_max__gt=number)
    )
    counts = public.aggregate(all=Count("pk"), inside=Count("pk", filter=inside))
    breaking = public.with_known_problems(blender).count() if counts["inside"] else 0
    return Ready(
        series=format_series(BLENDER_SERIES[-1]),
        number=counts["inside"] - breaking,
        of=counts["all"],
        breaking=breaking,
        outside=counts["all"] - counts["inside"],
    )
