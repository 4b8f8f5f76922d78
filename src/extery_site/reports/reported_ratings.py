"""Ratings that several users have reported are hidden until a moderator decides."""

from __future__ import annotations

from django.conf import settings

from extery_site.accounts.models import User
from extery_site.ratings.actions import hide_rating, show_rating
from extery_site.ratings.models import Rating
from extery_site.reports.entries import add_entry
from extery_site.reports.models import Case, CaseEntry


def hide_if_reported_often(case: Case) -> None:
    """Hide the rating of a locked case when ``EXTERY_REPORTS_TO_HIDE_RATING`` users have reported it.

    Reports without a name do not count, so that one person cannot hide ratings.
    """
    limit = settings.EXTERY_REPORTS_TO_HIDE_RATING
    rating = _rating_of(case)
    if rating is None or rating.is_hidden or limit is None:
        return
    if case.reports.standing().exclude(by=None).count() >= limit:
        hide_rating(rating, None, "Several people reported it.")
        add_entry(case, CaseEntry.Kind.HIDDEN, by=None)


def follow_decision(case: Case, by: User | None) -> None:
    """Hide the rating of a resolved case; after another outcome, show what the case or the site hid.

    Reporters who take their reports back (``by`` is ``None``) reverse no decision of a moderator.
    """
    rating = _rating_of(case)
    if rating is None:
        return
    if case.status == Case.Status.RESOLVED:
        hide_rating(rating, by, case.note, case=case.pk)
    elif _is_hidden_by_site(rating, case) or (by and rating.hidden_by_case == case.pk):
        show_rating(rating, by)


def _is_hidden_by_site(rating: Rating, case: Case) -> bool:
    """Whether it is hidden until the decision, which deleted moderators do not make it."""
    if rating.hidden_by_id is not None or rating.hidden_by_case is not None:
        return False
    return case.entries.filter(kind=CaseEntry.Kind.HIDDEN).exists()


def _rating_of(case: Case) -> Rating | None:
    if case.kind != "rating":
        return None
    return Rating.objects.select_related("extension").filter(pk=case.target_pk).first()
