"""Suspended users read, but change nothing, until the suspension ends or is lifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.actions import create_token, revoke_token
from extery_site.accounts.models import Suspension, User
from extery_site.accounts.permissions import require_signed_in, require_user
from extery_site.accounts.suspensions import current_suspension, lift_suspension, suspend_user
from extery_site.catalog.models import Event, Version
from extery_site.moderation.comments import comment
from tests.site import factories
from tests.site.pages.html import Page


def suspend(user: User, by: User, days: float = 7, reason: str = "Advertising") -> Suspension:
    ends_at = timezone.now() + timedelta(days=days)
    return suspend_user(user=user, by=by, reason=reason, ends_at=ends_at)


def test_a_suspended_user_is_refused_with_reason_and_end(stranger: User, moderator: User) -> None:
    suspension = suspend(stranger, moderator, reason="  Advertising\nagain ")
    stranger.refresh_from_db()
    assert require_signed_in(stranger) == stranger
    with pytest.raises(Refused) as caught:
        require_user(stranger)
    assert caught.value.code == "account.suspended"
    message = caught.value.problems[0].message
    assert "Advertising again" in message
    assert f"{suspension.ends_at:%Y-%m-%d %H:%M} UTC" in message
    assert current_suspension(stranger) == suspension


def test_a_suspension_lifts_itself_at_its_end(stranger: User, moderator: User) -> None:
    suspend(stranger, moderator)
    User.objects.update(suspended_until=timezone.now() - timedelta(seconds=1))
    stranger.refresh_from_db()
    assert require_user(stranger) == stranger
    assert current_suspension(stranger) is None
    again = suspend(stranger, moderator)
    stranger.refresh_from_db()
    assert current_suspension(stranger) == again
    assert Suspension.objects.filter(lifted_at=None).get() == again


def test_a_moderator_lifts_a_suspension_with_a_reason(stranger: User, moderator: User) -> None:
    suspend(stranger, moderator)
    lifted = lift_suspension(user=stranger, by=moderator, reason="It was a mistake")
    stranger.refresh_from_db()
    assert (lifted.lifted_by, lifted.lift_reason) == (moderator, "It was a mistake")
    assert require_user(stranger) == stranger
    with pytest.raises(Conflict) as caught:
        lift_suspension(user=stranger, by=moderator, reason="Again")
    assert caught.value.code == "account.not-suspended"


def test_moderators_and_the_own_account_cannot_be_suspended(
    stranger: User, moderator: User
) -> None:
    other = factories.make_moderator("imani")
    for user in (moderator, other):
        with pytest.raises(Refused) as caught:
            suspend(user, moderator)
        assert caught.value.code == "account.cannot-suspend"
    for by in (stranger, AnonymousUser()):
        with pytest.raises(Refused):
            suspend(other, by)  # type: ignore[arg-type]
    assert not Suspension.objects.exists()


def test_a_suspended_user_who_becomes_a_moderator_is_not_locked_out(
    stranger: User, moderator: User
) -> None:
    suspend(stranger, moderator)
    User.objects.filter(pk=stranger.pk).update(is_moderator=True)
    stranger.refresh_from_db()
    assert require_user(stranger) == stranger


def test_a_user_has_one_suspension_at_a_time(stranger: User, moderator: User) -> None:
    suspend(stranger, moderator)
    with pytest.raises(Conflict) as caught:
        suspend(stranger, moderator)
    assert caught.value.code == "account.already-suspended"
    assert Suspension.objects.count() == 1


@pytest.mark.parametrize("days", [-1, 0, 4000])
def test_the_end_is_in_the_next_three_years(stranger: User, moderator: User, days: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        suspend(stranger, moderator, days=days)
    assert caught.value.code == "account.suspension-end"


def test_a_reason_is_needed_and_has_a_limit(stranger: User, moderator: User) -> None:
    for reason, code in [
        (" \u202e ", "account.suspension-reason-missing"),
        ("a" * 1001, "request.too-large"),
    ]:
        with pytest.raises(InvalidInput) as caught:
            suspend(stranger, moderator, reason=reason)
        assert caught.value.code == code
    assert not User.objects.exclude(suspended_until=None).exists()


def test_sessions_and_tokens_of_a_suspended_user_read_only(
    approve: Callable[..., Version],
    owner: User,
    moderator: User,
    signed_in: Callable[[User], Client],
    program: Callable[[User], Client],
) -> None:
    version = approve()
    browser, api = signed_in(owner), program(owner)
    suspend(owner, moderator)
    assert browser.get("/mine/").status_code == 200
    assert browser.get("/account/tokens/").status_code == 200
    assert api.get("/api/v1/extensions/gear_tool/").status_code == 200
    response = browser.post("/account/profile/", {"full_name": "New"})
    assert response.status_code == 403
    assert "Advertising" in Page(response.content.decode()).html
    owner.refresh_from_db()
    assert owner.full_name == "Ada Tester"
    with pytest.raises(Refused):
        comment(extension=version.extension, by=owner, text="Hello")
    with pytest.raises(Refused):
        create_token(user=owner, name="more")
    assert not Event.objects.filter(kind="comment").exists()
    token = owner.api_tokens.get()
    assert revoke_token(token=token, by=owner).revoked_at is not None
