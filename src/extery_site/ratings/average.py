"""The smoothed average of ratings: the one number that pages, cards, sorting and the API show.

Each extension counts as if it also had `PRIOR_WEIGHT` ratings with the average of the site. So a
single vote is not the whole truth, and many votes decide nearly alone.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Number of average ratings that are added to those of each extension.
PRIOR_WEIGHT = 5
#: The average of a site with fewer than `MIN_RATINGS` ratings.
DEFAULT_AVERAGE = 3.5
MIN_RATINGS = 50
#: The numbers of ratings with 1, 2, 3, 4 and 5 stars of an extension without ratings.
NO_RATINGS = (0, 0, 0, 0, 0)


def smoothed_average(stars: Sequence[int], site_average: float) -> float | None:
    """Return ``(sum of stars + 5 × site average) / (number + 5)``; ``None`` without ratings.

    ``stars`` are the numbers of ratings with 1, 2, 3, 4 and 5 stars. The result is rounded to two
    decimal places.
    """
    number = sum(stars)
    if not number:
        return None
    return round((_total(stars) + PRIOR_WEIGHT * site_average) / (number + PRIOR_WEIGHT), 2)


def plain_average(stars: Sequence[int]) -> float | None:
    """Return the average of the stars, which is not smoothed; ``None`` without ratings."""
    number = sum(stars)
    return round(_total(stars) / number, 2) if number else None


def average_of_site(stars: Sequence[int]) -> float:
    """Return the average of all ratings of a site with one decimal place, the default for a small site."""
    average = plain_average(stars)
    if average is None or sum(stars) < MIN_RATINGS:
        return DEFAULT_AVERAGE
    return round(average, 1)


def _total(stars: Sequence[int]) -> int:
    return sum(number * count for number, count in enumerate(stars, start=1))
