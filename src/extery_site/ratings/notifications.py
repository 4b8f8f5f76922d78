"""Whom a change of a rating notifies: the author, the person who rated, and moderators."""

from __future__ import annotations

from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.accounts.permissions import active_moderators
from extery_site.catalog.models import Extension
from extery_site.notify.actions import Subject, notify
from extery_site.ratings.models import Rating, Reply
from extery_site.ui.labels import stars


def ratings_subject(extension: Extension) -> Subject:
    """Return the subject of news about the ratings of an extension: one row of the feed."""
    url = reverse("ratings:list", args=[extension.extension_id])
    return Subject(f"ratings {extension.extension_id}", f"Ratings of {extension.name}", url)


def notify_of_rating(rating: Rating) -> None:
    """Notify the owner of the extension about a new rating."""
    text = f"{stars(rating.stars)}. {rating.text}".rstrip()
    _notify("new_rating", rating, to=[rating.extension.owner], by=rating.user, text=text)


def notify_of_reply(reply: Reply) -> None:
    """Notify the person who rated about the reply of the author."""
    _notify("rating_reply", reply.rating, to=[reply.rating.user], by=reply.by, text=reply.text)


def notify_of_hiding(rating: Rating) -> None:
    """Notify the person who rated; and moderators, if the site hid the rating until they decide."""
    text, by = rating.hidden_reason, rating.hidden_by
    _notify("own_rating_hidden", rating, to=[rating.user], by=by, text=text)
    if by is None:
        moderators = active_moderators().exclude(pk=rating.extension.owner_id)
        if rating.user_id is not None:
            moderators = moderators.exclude(pk=rating.user_id)
        url = reverse("ratings:hide", args=[rating.extension.extension_id, rating.pk])
        _notify("rating_hidden", rating, to=list(moderators), text=text, url=url)


def notify_of_showing(rating: Rating, by: User | None) -> None:
    """Notify the person who rated that everyone sees the rating again."""
    _notify("own_rating_shown", rating, to=[rating.user], by=by)


def _notify(
    kind: str,
    rating: Rating,
    *,
    to: list[User | None] | list[User],
    by: User | None = None,
    text: str = "",
    url: str = "",
) -> None:
    subject = ratings_subject(rating.extension)
    notify(
        kind,
        to=to,
        subject=subject,
        by=by,
        text=text,
        url=url or f"{subject.url}#rating-{rating.pk}",
        about=rating.extension.name,
    )
