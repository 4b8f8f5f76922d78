"""Accounts: names, sign-up and sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from extery_site.accounts.models import User
from extery_site.accounts.permissions import may_moderate, require_user
from tests.site import factories

SIGN_UP = {
    "username": "grace",
    "email": "grace@example.org",
    "password1": "a-long-gear-phrase",
    "password2": "a-long-gear-phrase",
}


def test_user_names_are_unique_without_regard_to_case(owner: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_user("ADA")


@pytest.mark.parametrize("name", ["a b", "a/b", "_ada", "ädа", "a@b", "-"])
def test_a_user_name_that_does_not_fit_into_a_url_is_invalid(name: str, db: None) -> None:
    with pytest.raises(ValidationError) as error:
        User(username=name, email="x@example.org", password="x").full_clean()
    assert "username" in error.value.message_dict


def test_the_display_name_is_the_full_name_or_the_user_name() -> None:
    assert User(username="ada").display_name == "ada"
    assert User(username="ada", full_name="Ada Tester").display_name == "Ada Tester"


def test_active_moderators_and_superusers_can_moderate(db: None) -> None:
    assert may_moderate(factories.make_moderator())
    assert may_moderate(User(username="root", is_superuser=True))
    assert not may_moderate(User(username="ada"))
    assert not may_moderate(User(username="gone", is_moderator=True, is_active=False))
    assert not may_moderate(None)
    assert require_user(User(username="ada")).username == "ada"


def test_a_new_user_can_sign_out_and_sign_in_by_name_or_confirmed_email(
    client: Client, db: None, run_tasks: Callable[[], int]
) -> None:
    response = client.post("/account/signup/", SIGN_UP)
    assert response.status_code == 302, response.content.decode()
    assert client.session["_auth_user_id"] == str(User.objects.get(username="grace").pk)
    client.post("/account/logout/")
    assert "_auth_user_id" not in client.session
    assert sign_in(client, "grace")
    response = client.post("/account/login/", {"login": SIGN_UP["email"], "password": "wrong"})
    assert "or the address is not confirmed" in response.content.decode()
    assert not sign_in(client, "grace@example.org")
    run_tasks()
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link is not None
    client.post(link[1])
    for login in ("grace", "GRACE", "grace@example.org", " Grace@EXAMPLE.org"):
        assert sign_in(client, login)


def sign_in(client: Client, login: str) -> bool:
    client.post("/account/login/", {"login": login, "password": "a-long-gear-phrase"})
    succeeded = "_auth_user_id" in client.session
    client.logout()
    return succeeded


def test_sign_up_can_be_closed(client: Client, db: None, settings: Any) -> None:
    settings.EXTERY_SIGN_UP = False
    client.post("/account/signup/", SIGN_UP)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("username", "moderator"), ("username", "a b"), ("password2", "other")]
)
def test_an_invalid_sign_up_creates_no_account(
    client: Client, db: None, field: str, value: str
) -> None:
    response = client.post("/account/signup/", {**SIGN_UP, field: value})
    assert response.status_code == 200
    assert not User.objects.exists()
