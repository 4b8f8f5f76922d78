"""Sign-up, sign-in and password reset reveal no addresses: same responses, same work."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.unconfirmed import delete_unconfirmed

PASSWORD = "a-long-and-rare-phrase"
VERIFICATIONS = pytest.mark.parametrize("verification", ["none", "optional", "mandatory"])
#: Forms of an address that one mailbox may have.
USED = ["ada@example.org", "Ada@EXAMPLE.org", "ada@ｅxample.org"]
Response = Any


@pytest.fixture
def ada(owner: User) -> User:
    """Ada, who has confirmed her address."""
    owner.set_password(PASSWORD)
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


def sign_up(name: str, email: str) -> tuple[Response, Client]:
    client = Client()
    form = {"username": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/account/signup/", form), client


def seen(response: Response, *names: str) -> tuple[Any, ...]:
    """Return what a visitor sees of a response, without what the visitor has typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), "NAME", text, flags=re.IGNORECASE)
    different = {"Content-Length", "Expires"}
    headers = {key: value for key, value in response.headers.items() if key not in different}
    return response.status_code, headers, sorted(response.cookies), text


@VERIFICATIONS
@pytest.mark.parametrize("email", USED)
def test_a_sign_up_with_a_used_address_looks_like_any_other(
    ada: User, settings: Any, verification: str, email: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    responses = []
    for name, address in (("grace", email), ("giles", "new@example.org")):
        response, client = sign_up(name, address)
        texts = (name, address, address.lower(), "ada@example.org")
        found = [seen(response, *texts)]
        paths = (response["Location"], "/", "/account/email/", f"/people/{name}/")
        found += [seen(client.get(path), *texts) for path in paths]
        for action in ("action_send", "action_primary", "action_remove"):
            stored = EmailAddress.objects.filter(user__username=name).get().email
            response = client.post("/account/email/", {action: "", "email": stored}, follow=True)
            found.append(seen(response, *texts))
            assert User.objects.get(username=name).email == ""
        taken, _ = sign_up(name, "third@example.org")
        found.append(seen(taken, *texts))
        responses.append(found)
    for used, free in zip(*responses, strict=True):
        assert used == free


@VERIFICATIONS
def test_sign_ups_do_the_same_work(ada: User, settings: Any, verification: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    sign_up("first", "first@example.org")  # fills caches
    statements = []
    for name, email in (("grace", "ada@example.org"), ("giles", "new@example.org")):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            sign_up(name, email)
        statements.append([shape(query["sql"]) for query in captured])
    assert statements[0] == statements[1]
    assert mail.outbox == [], "mails are written by a worker"


def shape(sql: str) -> str:
    return re.sub(r"'[^']*'|\d+|\"s\w+_x\d+\"", "?", sql)


@VERIFICATIONS
def test_the_owner_of_an_address_is_told_of_a_sign_up(
    ada: User, settings: Any, verification: str, run_tasks: Callable[[], int]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    sign_up("grace", "Ada@example.org")
    run_tasks()
    (message,) = mail.outbox
    body = str(message.body)
    assert message.to == ["ada@example.org"]
    assert "your user name is ada" in body
    assert "http://testserver/account/login/" in body
    assert "http://testserver/account/password/reset/" in body
    assert "confirm-email" not in body
    assert "grace" not in body


def test_a_used_address_is_never_confirmed_nor_used_by_another(
    ada: User, settings: Any, run_tasks: Callable[[], int]
) -> None:
    _, client = sign_up("grace", "ada@example.org")
    for action in ("action_send", "action_primary"):
        client.post("/account/email/", {action: "", "email": "ada@example.org"})
    run_tasks()
    assert not any("confirm-email" in str(message.body) for message in mail.outbox)
    mail.outbox.clear()
    Client().post("/account/password/reset/", {"email": "ada@example.org"})
    run_tasks()
    (message,) = mail.outbox
    assert "Your user name is ada" in str(message.body)


@VERIFICATIONS
def test_accounts_before_confirmation_sign_in_alike(
    ada: User, settings: Any, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    found = []
    for name, email in (("grace", "ada@example.org"), ("giles", "new@example.org")):
        sign_up(name, email)
        for login in (name, email):
            client = Client()
            response = client.post("/account/login/", {"login": login, "password": PASSWORD[::-1]})
            found.append(seen(response, name, email))
        by_name = Client().post("/account/login/", {"login": name, "password": PASSWORD})
        found.append(seen(by_name, name, email))
    assert found[:3] == found[3:]
    # The password of the owner is right for the owner alone.
    grace = Client()
    User.objects.get(username="ada").set_password("another")
    grace.post("/account/login/", {"login": "new@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in grace.session


def test_accounts_with_a_used_address_expire_like_others(ada: User, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up("grace", "ada@example.org")
    sign_up("giles", "new@example.org")
    assert delete_unconfirmed(now=timezone.now() + timedelta(days=8)) == 2
    assert User.objects.get() == ada


@pytest.mark.parametrize(
    "login", ["ada", "nobody", "ada@example.org", "nobody@example.org", "Ada@Example.org", ""]
)
def test_a_wrong_password_is_hashed_once_for_every_login(
    ada: User, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    Client().post("/account/login/", {"login": login, "password": "wrong"})
    assert hashed == (["wrong"] if login else [])


@pytest.mark.parametrize("email", [*USED, "nobody@example.org"])
def test_a_password_reset_looks_the_same_for_every_address(
    ada: User, email: str, run_tasks: Callable[[], int]
) -> None:
    other = Client().post("/account/password/reset/", {"email": "other@example.org"})
    with CaptureQueriesContext(connection) as captured:
        response = Client().post("/account/password/reset/", {"email": email})
    assert seen(response, email) == seen(other, "other@example.org")
    assert not [one["sql"] for one in captured if "accounts_user" in one["sql"]]
    assert not [one["sql"] for one in captured if "emailaddress" in one["sql"]]
    mail.outbox.clear()
    run_tasks()
    message = mail.outbox[-1]
    is_known = email in USED
    assert ("/account/password/reset/key/" in str(message.body)) == is_known
    assert message.to == [USED[0] if is_known else email], "the stored form"


def test_an_unconfirmed_account_can_reset_its_password(
    db: None, run_tasks: Callable[[], int]
) -> None:
    sign_up("grace", "new@example.org")
    run_tasks()
    mail.outbox.clear()
    Client().post("/account/password/reset/", {"email": "new@example.org"})
    run_tasks()
    (message,) = mail.outbox
    assert "Your user name is grace" in str(message.body)


def test_adding_the_address_of_another_account_reveals_nothing(
    ada: User, stranger: User, signed_in: Callable[[User], Client], run_tasks: Callable[[], int]
) -> None:
    pages = []
    for email in ("ada@example.org", "abc@example.org"):
        client = signed_in(stranger)
        response = client.post("/account/email/", {"action_add": "", "email": email}, follow=True)
        page = seen(response, email)
        for action in ("action_send", "action_primary", "action_remove"):
            response = client.post("/account/email/", {action: "", "email": email}, follow=True)
            page = (*page, *seen(response, email))
        pages.append(page)
        EmailAddress.objects.filter(user=stranger).delete()
    assert pages[0] == pages[1]
    run_tasks()
    assert not any(
        "confirm-email" in str(m.body) for m in mail.outbox if m.to == ["ada@example.org"]
    )


def test_mails_to_one_address_are_limited(
    ada: User, settings: Any, run_tasks: Callable[[], int]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.EXTERY_EMAILS_PER_RECIPIENT = settings.EXTERY_REPORTS_PER_ACCOUNT.__class__(
        3, timedelta(hours=1), "hour"
    )
    for number in range(5):
        sign_up(f"grace{number}", USED[number % 3])
        Client().post("/account/password/reset/", {"email": USED[number % 3]})
    run_tasks()
    subjects = [message.subject for message in mail.outbox]
    assert len(subjects) == 6
    assert len(set(subjects)) == 2


@pytest.mark.parametrize(
    "email", ["a" * 60 + "@" + "ﷺ" * 20 + ".example", "x", "a@b", "a\u200b@b.cd"]
)
def test_an_address_that_is_none_in_its_stored_form_is_refused(db: None, email: str) -> None:
    response, _ = sign_up("grace", email)
    assert response.status_code == 200
    assert not User.objects.exists()
    assert Client().post("/account/password/reset/", {"email": email}).status_code == 200
