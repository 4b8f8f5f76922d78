"""Whom it notifies that a profile is hidden, changed or shown, in the transaction of the change."""

from __future__ import annotations

from django.urls import reverse

from extery_site.accounts.models import HiddenProfile, User
from extery_site.accounts.profiles import Change
from extery_site.notify.actions import Subject, notify, settle
from extery_site.reports.notifications import moderators

_ABOUT = {
    "hidden": "The name and text of your profile are hidden",
    "kept": "Your profile stays hidden",
    "shown": "Your profile is shown again",
}


def waiting_key(person: User) -> str:
    """Return the key of the subject with which a change of a hidden profile waits for moderators."""
    return f"profile {person.pk}"


def notify_of_profile(hidden: HiddenProfile, change: Change, *, by: User) -> None:
    """Notify the user of a decision of moderators, or moderators of a change of the user."""
    person = hidden.user
    page = reverse("reports:profile", args=[person.username])
    waiting = Subject(waiting_key(person), f"Profile of {person.username}", page)
    if change == "changed":
        notify("profile_changed", to=moderators(without=[person]), subject=waiting, by=by)
        return
    settle(waiting.key)
    notify(
        "profile_hidden",
        to=[person],
        subject=Subject(f"own-profile {person.pk}", "Your profile", reverse("accounts:profile")),
        by=by,
        text="" if change == "shown" else hidden.reason,
        about=_ABOUT[change],
    )
