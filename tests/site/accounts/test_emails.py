"""One e-mail address is one account, in any case and Unicode form."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from extery_site.accounts.emails import normalize_email
from extery_site.accounts.models import User
from tests.site import factories
from tests.site.races import run_simultaneously

SAME = [
    "ada@bücher.example",
    "Ada@BÜCHER.Example",
    "ada@bu\u0308cher.example",
    "ada@xn--bcher-kva.example",
    "ada@ｂücher.example",
]


def sign_up(username: str, email: str) -> int:
    fields = {
        "username": username,
        "email": email,
        "password1": "gears-turn-both-ways",
        "password2": "gears-turn-both-ways",
    }
    return Client().post("/account/signup/", fields).status_code


@pytest.mark.parametrize("email", SAME)
def test_the_forms_of_an_address_are_one(email: str) -> None:
    assert normalize_email(email) == "ada@bücher.example"


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@x", "a@b..c", "a@" + "x" * 300 + ".example"]
)
def test_a_text_that_is_no_address_is_no_error(email: str) -> None:
    assert normalize_email(email) == email


@pytest.mark.parametrize("email", SAME)
def test_a_second_account_with_the_address_cannot_be_stored(db: None, email: str) -> None:
    User.objects.create_user("ada", "ada@bücher.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("eve", email)
    eve = factories.make_user("eve")
    eve.email = email
    with pytest.raises(IntegrityError), transaction.atomic():
        eve.save(update_fields=["email"])


def test_accounts_that_are_created_in_bulk_have_the_constraint_too(db: None) -> None:
    User.objects.bulk_create([User(username="ada", email="Ada@example.org")])
    assert User.objects.get().email_key == "ada@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(username="eve", email="ada@EXAMPLE.org")])


def test_accounts_without_an_address_are_many(db: None) -> None:
    for number in range(3):
        User.objects.create_user(f"bot{number}")
    assert User.objects.filter(email_key=None).count() == 3


@pytest.mark.parametrize("verification", ["none", "mandatory"])
@pytest.mark.parametrize("email", SAME)
def test_a_second_sign_up_with_the_address_makes_no_account(
    db: None, settings: Any, email: str, verification: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    sign_up("ada", "ada@bücher.example")
    assert sign_up("eve", email) in {200, 302}
    assert [user.username for user in User.objects.all()] == ["ada"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verification", ["none", "mandatory"])
def test_of_simultaneous_sign_ups_with_one_address_one_succeeds(
    settings: Any, verification: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.ACCOUNT_EMAIL_VERIFICATION = verification

    statuses = run_simultaneously(
        *(partial(sign_up, f"ada{number}", email) for number, email in enumerate(SAME))
    )

    assert User.objects.count() == 1
    assert set(statuses) <= {302, 200, 409}
