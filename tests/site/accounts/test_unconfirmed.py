"""Accounts that are not confirmed in time are deleted where confirmation is mandatory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.tasks import delete_unconfirmed_accounts
from extery_site.accounts.unconfirmed import delete_unconfirmed
from tests.site import factories

EIGHT_DAYS = timedelta(days=8)


def make(name: str, *, verified: bool = False, **values: Any) -> User:
    user = factories.make_user(name, **values)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


@pytest.fixture
def mandatory(db: None, settings: Any) -> Any:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    return settings


def names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def test_an_account_expires_when_its_address_was_not_confirmed(
    mandatory: Any, run_tasks: Callable[[], int]
) -> None:
    long_ago = timezone.now() - EIGHT_DAYS
    make("late", date_joined=long_ago)
    make("new")
    delete_unconfirmed_accounts.enqueue()
    run_tasks()
    assert names() == {"new"}


def test_accounts_that_are_or_were_in_use_stay(mandatory: Any) -> None:
    long_ago = {"date_joined": timezone.now() - EIGHT_DAYS}
    make("confirmed", verified=True, **long_ago)
    make("signed_in", last_login=timezone.now(), **long_ago)
    make("moderator", is_moderator=True, **long_ago)
    make("root", is_superuser=True, **long_ago)
    factories.make_user("by_command", **long_ago)
    factories.make_draft(make("author", **long_ago))
    before = names()
    assert delete_unconfirmed() == 0
    assert names() == before


@pytest.mark.parametrize("verification", ["none", "optional"])
def test_nothing_expires_where_confirmation_is_not_mandatory(
    mandatory: Any, verification: str
) -> None:
    mandatory.ACCOUNT_EMAIL_VERIFICATION = verification
    make("late", date_joined=timezone.now() - EIGHT_DAYS)
    assert delete_unconfirmed() == 0
    assert names() == {"late"}


def test_the_time_is_a_setting(mandatory: Any) -> None:
    mandatory.EXTERY_UNCONFIRMED_LIFETIME = timedelta(hours=3)
    make("late", date_joined=timezone.now() - timedelta(hours=4))
    make("early", date_joined=timezone.now() - timedelta(hours=2))
    assert delete_unconfirmed() == 1
    assert names() == {"early"}


def test_the_name_and_address_can_be_used_again(mandatory: Any) -> None:
    make("ada", date_joined=timezone.now() - EIGHT_DAYS)
    assert delete_unconfirmed() == 1
    factories.make_user("ada")
    assert names() == {"ada"}
