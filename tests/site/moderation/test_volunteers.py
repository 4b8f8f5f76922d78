"""Volunteers help with reviews, and do not decide."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event
from extery_site.moderation import decisions
from extery_site.moderation.comments import comment
from extery_site.moderation.permissions import may_read_notes, may_triage
from extery_site.moderation.tasks import add_task
from tests.site import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def volunteer(db: None) -> User:
    return factories.make_user("oskar", is_volunteer=True)


def test_a_volunteer_triages_and_a_user_or_an_inactive_volunteer_does_not(
    volunteer: User, moderator: User, stranger: User
) -> None:
    assert may_triage(volunteer)
    assert may_triage(moderator)
    assert not may_triage(stranger)
    assert not may_triage(None)
    volunteer.is_active = False
    assert not may_triage(volunteer)


def test_a_volunteer_sets_tasks_and_writes_notes(owner: User, volunteer: User) -> None:
    version = factories.make_waiting(owner)
    task = add_task(version=version, by=volunteer, text="Name the host")
    note = comment(
        extension=version.extension, version=version, by=volunteer, text="Hm.", is_internal=True
    )
    assert (task.created_by, note.by, note.is_internal) == (volunteer, volunteer, True)


@pytest.mark.parametrize(
    "decide", [decisions.approve_version, decisions.request_changes, decisions.decline_version]
)
def test_a_volunteer_does_not_decide(
    owner: User, volunteer: User, decide: Callable[..., Event]
) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(Refused) as caught:
        decide(version=version, packages=version.package_hashes, by=volunteer, reason="Gears")
    assert caught.value.code == "permission.moderator-only"


def test_a_volunteer_downloads_a_version_in_review_but_no_draft(
    owner: User, volunteer: User, stranger: User, signed_in: SignIn
) -> None:
    version = factories.make_waiting(owner)
    draft = factories.make_draft(owner, version="2.0.0")
    waiting, hidden = (one.packages.get().download_path for one in (version, draft))
    allowed = signed_in(volunteer).get(waiting)
    assert b"".join(allowed).startswith(b"PK")
    assert allowed.status_code == 200
    assert signed_in(stranger).get(waiting).status_code == 403
    assert signed_in(volunteer).get(hidden).status_code == 403


def test_volunteers_and_moderators_do_not_read_notes_about_their_own_extension(
    volunteer: User, moderator: User
) -> None:
    version = factories.make_waiting(volunteer)
    assert may_read_notes(moderator, version.extension)
    assert not may_read_notes(volunteer, version.extension)
    with pytest.raises(Refused) as caught:
        add_task(version=version, by=volunteer, text="Nothing")
    assert caught.value.code == "permission.own-work"


def test_other_users_set_no_tasks_and_write_no_notes(owner: User, stranger: User) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(Refused) as caught:
        add_task(version=version, by=stranger, text="Mine")
    assert caught.value.code == "permission.staff-only"
    with pytest.raises(Refused):
        comment(extension=version.extension, by=stranger, text="Hm.", is_internal=True)
    assert not Event.objects.filter(kind="comment").exists()


def test_the_command_grants_revokes_and_lists_volunteers(owner: User, stranger: User) -> None:
    out = StringIO()
    call_command("volunteer", "ada", "eve", stdout=out)
    call_command("volunteer", "--remove", "eve", stdout=out)
    assert out.getvalue().split() == ["ada", "eve", "ada"]
    assert User.objects.get(is_volunteer=True) == owner
