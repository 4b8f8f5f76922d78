"""Every e-mail that the site sends, as its receiver reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from extery_site.accounts.models import User

PASSWORD = "a-long-and-rare-phrase"
SUBJECTS = {
    "sign-up": "Confirm your e-mail address",
    "second address": "Confirm your e-mail address",
    "already registered": "Your e-mail address was entered for another account",
    "reset": "Set a new password",
    "unknown": "No account has your e-mail address",
}


@pytest.fixture
def ada(owner: User) -> User:
    """Ada, who has confirmed her address."""
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


@pytest.fixture
def send(ada: User, settings: Any, run_tasks: Callable[[], int]) -> Callable[[str], EmailMessage]:
    """Return a function that makes the site send a mail."""
    settings.EXTERY_SITE_NAME = "Gears & Söhne"
    settings.ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Gears & Söhne] "
    settings.EXTERY_SITE_URL = "https://gears.example.org"

    def send(kind: str) -> EmailMessage:
        client = Client()
        if kind in {"sign-up", "already registered"}:
            email = ada.email if kind == "already registered" else "eve@example.org"
            passwords = {"password1": PASSWORD, "password2": PASSWORD}
            client.post("/account/signup/", {"username": "eve", "email": email, **passwords})
        elif kind == "second address":
            client.force_login(ada)
            client.post("/account/email/", {"email": "eve@example.org", "action_add": ""})
        else:
            email = ada.email if kind == "reset" else "eve@example.org"
            client.post("/account/password/reset/", {"email": email})
        run_tasks()
        [message] = mail.outbox
        return message

    return send


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_mail_names_the_site_and_its_reason(
    send: Callable[[str], EmailMessage], kind: str
) -> None:
    message = send(kind)
    assert message.subject == f"[Gears & Söhne] {SUBJECTS[kind]}"
    body = str(message.body)
    first, _, rest = body.partition("\n")
    assert "Gears & Söhne" in first
    assert rest.endswith("\n-- \nGears & Söhne\nhttps://gears.example.org/")
    assert message.to[0] in body or kind == "reset"
    assert "there is nothing to do" in body
    assert "&amp;" not in body
    assert "Extery" not in body
    assert set(re.findall(r"https?://[^/\s]+", body)) == {"https://gears.example.org"}
    assert message.message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("sign-up", "The account eve at Gears & Söhne was created with the address"),
        ("sign-up", "The link can be used for 3 days"),
        ("second address", "was requested for the account ada at Gears & Söhne"),
        ("reset", "Your user name is ada"),
        ("reset", "The link can be used once, for 3 days"),
        ("already registered", "your user name is ada"),
        ("unknown", "https://gears.example.org/account/signup/"),
    ],
)
def test_a_mail_has_what_its_receiver_needs(
    send: Callable[[str], EmailMessage], kind: str, text: str
) -> None:
    assert text in str(send(kind).body)


def test_a_site_without_sign_up_offers_none(
    send: Callable[[str], EmailMessage], settings: Any
) -> None:
    settings.EXTERY_SIGN_UP = False
    assert "signup" not in str(send("unknown").body)
