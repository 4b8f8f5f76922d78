"""Writes the numbers that pages show: the summary of an extension, and the average of the site."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q

from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Extension
from extery_site.ratings.average import (
    DEFAULT_AVERAGE,
    NO_RATINGS,
    average_of_site,
    smoothed_average,
)
from extery_site.ratings.models import Rating, RatingSummary, SiteAverage


def update_summary(extension: Extension) -> None:
    """Count the ratings of an extension, which must be locked; counts anew, so nothing drifts."""
    shown = Rating.objects.filter(extension=extension).shown()
    counts = shown.order_by().values_list("version", "stars").annotate(number=Count("pk"))
    total = list(NO_RATINGS)
    by_version: dict[str, list[int]] = {}
    for version, stars, number in counts:
        total[stars - 1] += number
        if version is not None:
            by_version.setdefault(str(version), list(NO_RATINGS))[stars - 1] += number
    RatingSummary.objects.update_or_create(
        extension=extension,
        defaults={
            "stars": total,
            "by_version": by_version,
            "with_text": shown.exclude(text="").count(),
        },
    )
    # Not with `save`: it would change the time of the last edit.
    Extension.objects.filter(pk=extension.pk).update(
        rating_count=sum(total), rating_score=smoothed_average(total, site_average())
    )


def site_average() -> float:
    """Return the average of the site, as the last daily count has stored it."""
    value = SiteAverage.objects.filter(pk=1).values_list("value", flat=True).first()
    return DEFAULT_AVERAGE if value is None else value


def update_site_average() -> int:
    """Count all ratings; if the average of the site has changed, update that of each extension.

    Return the number of updated extensions. The new average is committed first: an action that
    does not see it yet has locked its extension, and this waits for it.
    """
    public = Q(extension__status=Extension.Status.APPROVED)
    counts = Rating.objects.shown().filter(public).order_by().values_list("stars")
    stars = list(NO_RATINGS)
    for number_of_stars, number in counts.annotate(number=Count("pk")):
        stars[number_of_stars - 1] = number
    average = average_of_site(stars)
    if average == site_average():
        return 0
    SiteAverage.objects.update_or_create(pk=1, defaults={"value": average})
    rated = Extension.objects.filter(rating_summary__isnull=False).order_by("pk")
    return sum(map(_update, list(rated)))


@transaction.atomic
def _update(extension: Extension) -> bool:
    update_summary(lock_extension(extension))
    return True
