"""The lock-out after wrong passwords is by client address and name together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.tasks import delete_old_sign_in_attempts
from extery_site.quotas.models import QuotaUsage
from tests.site.races import run_simultaneously

PASSWORD = "a-long-and-rare-phrase"


@pytest.fixture(autouse=True)
def _without_other_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": None}


@pytest.fixture
def ada(owner: User, stranger: User) -> User:
    for user in (owner, stranger):
        user.set_password(PASSWORD)
        user.save()
    return owner


def sign_in(address: str, login: str = "ada", password: str = "wrong", **headers: str) -> Any:
    form = {"login": login, "password": password}
    return Client().post("/account/login/", form, REMOTE_ADDR=address, headers=headers)


def lock_out(address: str, login: str = "ada") -> None:
    assert [sign_in(address, login).status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_lock_out_is_by_address_and_name(ada: User, settings: Any) -> None:
    lock_out("192.0.2.1")
    refused = sign_in("192.0.2.1", password=PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= settings.EXTERY_SIGN_IN_LOCK.total_seconds()
    text = refused.content.decode()
    assert "There were too many wrong passwords" in text
    assert "/account/password/reset/" in text
    assert sign_in("192.0.2.1", " ＡDA ").status_code == 429
    assert sign_in("192.0.2.2", password=PASSWORD).status_code == 302
    assert sign_in("192.0.2.1", "eve", PASSWORD).status_code == 302


def test_the_forms_of_an_email_address_are_one_name(ada: User) -> None:
    # Nameprep removes soft hyphens, so an address has any number of forms.
    forms = ["ada@example.org", "Ada@Example.ORG", "ada@ｅxample.org", "\u00a0ada@example.org"]
    forms += [f"ada@{'exam'[:number]}\u00ad{'exam'[number:]}ple.org" for number in (1, 2, 3)]
    codes = [sign_in("192.0.2.1", form).status_code for form in forms]
    assert codes == [200] * 5 + [429] * 2
    assert sign_in("192.0.2.1", "ada@e\u00adx\u00adample.org", PASSWORD).status_code == 429


def test_many_addresses_do_not_lock_out_the_user(ada: User) -> None:
    for number in range(30):
        for _ in range(5):
            sign_in(f"192.0.2.{number}")
    assert sign_in("198.51.100.1", password=PASSWORD).status_code == 302


def test_an_ipv6_network_is_one_address(ada: User) -> None:
    codes = [sign_in(f"2001:db8::{number}").status_code for number in range(1, 7)]
    assert codes == [200] * 5 + [429]
    assert sign_in("2001:db8:0:1::1", password=PASSWORD).status_code == 302


def test_an_address_that_the_client_writes_does_not_count(ada: User, settings: Any) -> None:
    settings.EXTERY_PROXIES = 1
    for number in range(5):
        sign_in("10.0.0.1", **{"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"})
    forged = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}
    assert sign_in("10.0.0.1", password=PASSWORD, **forged).status_code == 429


@pytest.mark.parametrize("login", ["nobody", "ada@example.org", "nobody@example.org"])
def test_an_unknown_name_is_locked_out_like_a_known_one(ada: User, login: str) -> None:
    lock_out("192.0.2.1", login)
    assert sign_in("192.0.2.1", login).status_code == 429


def test_a_right_password_forgets_the_wrong_ones(ada: User) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in("192.0.2.1")
        assert sign_in("192.0.2.1", password=PASSWORD).status_code == 302
    assert not QuotaUsage.objects.exists()


def test_a_lock_out_ends_and_its_rows_are_deleted(
    ada: User, settings: Any, run_tasks: Callable[[], int]
) -> None:
    lock_out("192.0.2.1")
    lock_out("192.0.2.2", "eve")
    rows = list(QuotaUsage.objects.filter(kind="sign-ins").order_by("pk"))
    assert len(rows) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", row.subject) for row in rows)
    old = timezone.now() - settings.EXTERY_SIGN_IN_LOCK - timedelta(seconds=1)
    QuotaUsage.objects.filter(pk=rows[0].pk).update(started_at=old)
    delete_old_sign_in_attempts.enqueue()
    run_tasks()
    assert [row.pk for row in QuotaUsage.objects.all()] == [rows[1].pk]
    assert sign_in("192.0.2.1").status_code == 200
    QuotaUsage.objects.update(started_at=old)
    assert sign_in("192.0.2.2", "eve", PASSWORD).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_simultaneous_attempts_of_several_processes_count_together(ada: User) -> None:
    statuses = run_simultaneously(*(partial(status_of, number) for number in range(12)))
    assert sorted(statuses) == [200] * 5 + [429] * 7


def status_of(_: int) -> int:
    return int(sign_in("192.0.2.1").status_code)


def test_the_limit_and_the_time_are_settings(ada: User, settings: Any) -> None:
    settings.EXTERY_SIGN_IN_ATTEMPTS = 2
    settings.EXTERY_SIGN_IN_LOCK = timedelta(hours=1)
    codes = [sign_in("192.0.2.1") for _ in range(3)]
    assert [response.status_code for response in codes] == [200, 200, 429]
    assert int(codes[-1]["Retry-After"]) > 3000
    settings.EXTERY_RATE_LIMITS = False
    assert sign_in("192.0.2.1", password=PASSWORD).status_code == 302


def test_a_program_gets_problem_details(ada: User) -> None:
    lock_out("192.0.2.1")
    response = sign_in("192.0.2.1", Accept="application/json")
    assert response.status_code == 429
    assert response.json()["type"] == "/problems/request.rate-limited/"


def test_a_reset_of_the_password_ends_the_lock_out(ada: User, run_tasks: Callable[[], int]) -> None:
    lock_out("192.0.2.1")
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    run_tasks()
    link = str(mail.outbox[0].body).partition("http://testserver")[2].split()[0]
    page = client.get(link, follow=True)
    form = {"password1": "another-rare-phrase", "password2": "another-rare-phrase"}
    assert client.post(page.request["PATH_INFO"], form).status_code == 302
    assert sign_in("192.0.2.1", password="another-rare-phrase").status_code == 302


def test_confirming_the_password_is_limited_too(
    ada: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(ada)
    codes = [
        client.post("/account/reauthenticate/", {"password": "wrong"}).status_code for _ in range(6)
    ]
    assert codes == [200] * 5 + [429]


def test_the_limits_of_requests_name_a_time(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    Client().post("/account/signup/", {})
    response = Client().post("/account/signup/", {})
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "Too many requests" in response.content.decode()
