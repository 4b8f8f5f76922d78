"""Links in e-mails that stop further ones: signed, for one recipient, without sign-in."""

from __future__ import annotations

from typing import NamedTuple

from django.core import signing
from django.urls import reverse

from extery.core.errors import InvalidInput
from extery_site.accounts.models import User
from extery_site.notify.models import FeedEntry
from extery_site.notify.preferences import pause_mail, stop_daily_mail
from extery_site.notify.subject import Subject
from extery_site.notify.subscriptions import mute

_SALT = "extery.notify.stop"


class StopLink(NamedTuple):
    """What a link stops: e-mails about a subject, or without one the daily e-mail."""

    user: User
    subject: Subject | None


def make_link(user: User, entry: FeedEntry | None) -> str:
    """Return the path of the page that stops e-mails to a user."""
    token = signing.dumps([user.pk, entry.pk if entry else 0], salt=_SALT, compress=False)
    return reverse("notify:stop", args=[token])


def read_link(token: str) -> StopLink:
    """Return what a link stops; raises `InvalidInput` if it is not one that this site signed."""
    try:
        user_pk, entry_pk = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidInput.of("notification.link-invalid") from error
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    entry = FeedEntry.objects.filter(pk=entry_pk, user=user_pk).first()
    if user is None or (entry_pk and entry is None):
        raise InvalidInput.of("notification.link-invalid")
    return StopLink(user, entry.subject if entry else None)


def stop(link: StopLink, *, everything: bool = False) -> None:
    """Stop the e-mails of a link, or with ``everything`` all e-mails about notifications."""
    if everything:
        pause_mail(link.user)
    elif link.subject:
        mute(link.user, link.subject)
    else:
        stop_daily_mail(link.user)
