"""Simultaneous actions of moderators on one profile and one finding: one counts, the others say why not."""

from __future__ import annotations

from functools import partial

import pytest

from extery_site.accounts.models import HiddenProfile, User
from extery_site.accounts.profiles import hide_profile, keep_hidden, save_profile, show_profile
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Event
from extery_site.moderation.disputes import dispute
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Waiver
from extery_site.moderation.waivers import end_waiver, waive
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def imani(db: None) -> User:
    """A second moderator."""
    return factories.make_moderator("imani")


def test_a_profile_is_hidden_once(stranger: User, moderator: User, imani: User) -> None:
    User.objects.filter(pk=stranger.pk).update(full_name="Buy pills")
    results = run_simultaneously(
        *(
            partial(hide_profile, user=stranger, by=by, reason="Advertising")
            for by in (moderator, imani)
        )
    )
    assert errors_of(results) == ["account.nothing-to-hide"]
    assert HiddenProfile.objects.get().full_name == "Buy pills"
    assert AuditEntry.objects.filter(action="account.profile_hidden").count() == 1


def test_a_changed_profile_is_shown_or_kept_hidden(
    stranger: User, moderator: User, imani: User
) -> None:
    User.objects.filter(pk=stranger.pk).update(full_name="Buy pills")
    hidden = hide_profile(user=stranger, by=moderator, reason="Advertising")
    save_profile(user=stranger, full_name="Eve", about="", uses_keys=True)
    hidden.refresh_from_db()
    results = run_simultaneously(
        partial(show_profile, user=stranger, by=moderator, seen=hidden.key),
        partial(keep_hidden, user=stranger, by=imani, reason="No", seen=hidden.key),
    )
    [error] = errors_of(results)
    assert error in {
        "account.profile-not-hidden",
        "account.profile-changed",
        "account.profile-not-changed",
    }
    stranger.refresh_from_db()
    assert (stranger.full_name == "Eve") == (not HiddenProfile.objects.exists())


def test_a_change_that_nobody_saw_is_not_shown(stranger: User, moderator: User) -> None:
    User.objects.filter(pk=stranger.pk).update(full_name="Buy pills")
    hidden = hide_profile(user=stranger, by=moderator, reason="Advertising")
    results = run_simultaneously(
        partial(show_profile, user=stranger, by=moderator, seen=hidden.key),
        partial(save_profile, user=stranger, full_name="Buy more", about="", uses_keys=True),
    )
    stranger.refresh_from_db()
    if errors_of(results):
        assert (stranger.full_name, HiddenProfile.objects.get().is_changed) == ("", True)
    else:
        # Shown first, and then changed, as everyone may.
        assert (stranger.full_name, HiddenProfile.objects.exists()) == ("Buy more", False)


def test_a_finding_is_waived_once_and_its_waiver_ended_once(
    owner: User, moderator: User, imani: User
) -> None:
    version = factories.make_waiting(owner, files={"__init__.py": "def (:\n"})
    [fingerprint] = findings_of(version)
    results = run_simultaneously(
        *(
            partial(waive, version=version, fingerprint=fingerprint, by=by, reason="Fine")
            for by in (moderator, imani)
        ),
        partial(dispute, version=version, fingerprint=fingerprint, by=owner, text="It is fine"),
    )
    assert set(errors_of(results)) <= {"review.finding-waived"}
    waiver = Waiver.objects.get()
    assert Event.objects.filter(kind="finding_waived").count() == 1
    run_simultaneously(*(partial(end_waiver, waiver=waiver, by=by) for by in (moderator, imani)))
    assert not Waiver.objects.exists()
    assert AuditEntry.objects.filter(action="waiver.ended").count() == 1
