"""Profiles that are hidden with the decision about their reports, and shown when it is reversed."""

from __future__ import annotations

from extery.core.errors import Conflict
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.accounts.profiles import find_hidden, hide_profile, show_profile
from extery_site.reports.entries import add_entry
from extery_site.reports.models import Case, CaseEntry


def hide_reported_profile(case: Case, by: AnyUser, note: str) -> None:
    """Hide the name and text of the person of a locked case that is resolved with the note.

    Raises `Conflict` if the case is about something else, or if there is nothing to hide.
    """
    moderator = require_moderator(by)
    if case.kind != "user" or case.person is None:
        raise Conflict.of("account.nothing-to-hide", name=case.title)
    hide_profile(user=case.person, by=moderator, reason=note, case=case.pk)
    add_entry(case, CaseEntry.Kind.PROFILE_HIDDEN, by=moderator)


def show_after_dismissal(case: Case, by: AnyUser) -> None:
    """Show the profile again if an earlier decision about the case is what hides it."""
    if case.status != Case.Status.DISMISSED or case.kind != "user" or case.person is None:
        return
    hidden = find_hidden(case.person)
    if hidden is not None and hidden.hidden_by_case == case.pk:
        show_profile(user=case.person, by=by, seen=None)
