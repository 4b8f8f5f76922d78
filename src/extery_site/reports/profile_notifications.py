"""Notifications about a profile that is hidden, changed or shown, in the transaction of the change."""

from __future__ import annotations

from django.urls import reverse

from extery_site.accounts.models import HiddenProfile, User
from extery_site.accounts.permissions import active_moderators
from extery_site.accounts.profiles import Change
from extery_site.notify.actions import Subject, notify, settle

_ABOUT = {
    "hidden": "The name and text of your profile are hidden",
    "kept": "Your profile stays hidden",
    "shown": "Your profile is shown again",
}
#: What the person can do: there is no appeal without reports.
_NEXT_STEP = "You can change them in your profile: a moderator reads the new text, and shows it or answers why not."


def waiting_key(person: User) -> str:
    """Return the key of the subject with which a change of a hidden profile waits for moderators."""
    return f"profile {person.pk}"


def notify_of_profile(hidden: HiddenProfile, change: Change, *, by: User) -> None:
    """Notify the user of a decision of moderators, or moderators of a change of the user."""
    person = hidden.user
    page = reverse("reports:profile", args=[person.username])
    waiting = Subject(waiting_key(person), f"Profile of {person.username}", page)
    if change == "changed":
        notify(
            "profile_changed", to=active_moderators().exclude(pk=person.pk), subject=waiting, by=by
        )
        return
    settle(waiting.key)
    text = "" if change == "shown" else f"{hidden.reason}\n\n{_NEXT_STEP}"
    notify(
        "profile_hidden",
        to=[person],
        subject=Subject(f"own-profile {person.pk}", "Your profile", reverse("accounts:profile")),
        by=by,
        text=text,
        about=_ABOUT[change],
    )
