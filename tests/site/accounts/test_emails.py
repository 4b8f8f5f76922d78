"""One e-mail address is one account, in any case and Unicode form."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from extery_site.accounts import confirmed_emails
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


def links_to_confirm() -> list[str]:
    bodies = [str(message.body) for message in mail.outbox]
    return [url for body in bodies for url in re.findall(r"/account/confirm-email/\S+/", body)]


@pytest.mark.parametrize("verification", ["none", "optional", "mandatory"])
@pytest.mark.parametrize("email", SAME)
def test_a_second_sign_up_with_the_address_makes_no_account_that_can_be_confirmed(
    db: None, settings: Any, email: str, verification: str, run_tasks: Callable[[], int]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    ada = factories.make_user("ada")
    EmailAddress.objects.create(user=ada, email=SAME[0], primary=True, verified=True)
    assert sign_up("eve", email) == 302
    run_tasks()
    assert [message.to for message in mail.outbox] == [["ada@bücher.example"]]
    assert "Your e-mail address was entered for another account" in mail.outbox[0].subject
    assert links_to_confirm() == []
    assert User.objects.get(username="eve").email_key is None
    assert confirmed_emails.find_owner(email) == ada


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_of_simultaneous_sign_ups_with_one_address_one_can_be_confirmed(
    settings: Any, verification: str, run_tasks: Callable[[], int]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    statuses = run_simultaneously(
        *(partial(sign_up, f"ada{number}", email) for number, email in enumerate(SAME))
    )
    assert set(statuses) == {302}
    run_tasks()
    links = links_to_confirm()
    assert len(links) == len(SAME)
    statuses = run_simultaneously(*(partial(confirm, link) for link in links))
    assert set(statuses) <= {302, 200, 409}
    assert EmailAddress.objects.filter(verified=True).count() == 1
    assert User.objects.exclude(email="").count() == 1
    assert User.objects.exclude(email_key=None).get().email == "ada@bücher.example"


def confirm(link: str) -> int:
    return Client().post(link).status_code


def test_an_address_that_an_administrator_gave_to_an_account_cannot_be_confirmed_by_another(
    db: None, run_tasks: Callable[[], int]
) -> None:
    sign_up("eve", "root@example.org")
    run_tasks()
    (link,) = links_to_confirm()
    User.objects.create_user("root", "Root@example.org")
    Client().post(link)
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert User.objects.get(email_key="root@example.org").username == "root"


def test_the_first_confirmed_address_is_that_of_the_account(
    db: None, signed_in: Callable[[User], Client], run_tasks: Callable[[], int]
) -> None:
    sign_up("ada", "first@example.org")
    ada = User.objects.get()
    assert (ada.email, ada.email_key) == ("", None)
    client = signed_in(ada)
    client.post("/account/email/", {"action_add": "", "email": "second@example.org"})
    run_tasks()
    _, link = links_to_confirm()
    client.post(link)
    ada.refresh_from_db()
    assert (ada.email, ada.email_key) == ("second@example.org", "second@example.org")
    assert EmailAddress.objects.get(primary=True).email == "second@example.org"


def test_an_account_keeps_its_address_when_it_is_saved(db: None) -> None:
    root = User.objects.create_user("root", "root@example.org")
    EmailAddress.objects.create(user=root, email="root@example.org")
    root.full_name = "Ruth"
    root.save()
    assert User.objects.get().email == "root@example.org"
    root.email = "new@example.org"
    root.save()
    assert User.objects.get().email_key == "new@example.org"


def test_the_migration_releases_addresses_that_were_never_confirmed(db: None) -> None:
    for name, verified in (("ada", True), ("eve", False)):
        user = factories.make_user(name)
        EmailAddress.objects.create(user=user, email=user.email, verified=verified)
    factories.make_user("by_command")
    module = import_module("extery_site.accounts.migrations.0005_unconfirmed_emails")
    module.release_unconfirmed(apps, None)
    keys = dict(User.objects.values_list("username", "email_key"))
    assert keys == {"ada": "ada@example.org", "eve": None, "by_command": "by_command@example.org"}
