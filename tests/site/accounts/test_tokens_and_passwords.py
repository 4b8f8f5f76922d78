"""A change of password revokes the API tokens, if the user wants."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import ApiToken, User
from tests.site.pages.html import Page

PASSWORD = "a-long-and-rare-phrase"
NEW = {"password1": "another-rare-phrase", "password2": "another-rare-phrase"}


@pytest.fixture
def secret(owner: User, stranger: User) -> str:
    """The secret of a token of Ada's; Eve has one, too."""
    owner.set_password(PASSWORD)
    owner.save()
    create_token(user=stranger, name="of another user")
    return create_token(user=owner, name="release script")[1]


@pytest.mark.parametrize("keep", [False, True])
def test_a_change_of_password_revokes_tokens_unless_they_are_kept(
    owner: User, secret: str, signed_in: Callable[[User], Client], keep: bool
) -> None:
    client = signed_in(owner)
    page = Page(client.get("/account/password/change/").content.decode())
    assert "checked" in page.by_id("id_end_tokens").attributes
    form = {"oldpassword": PASSWORD, **NEW} | ({} if keep else {"end_tokens": "on"})
    assert client.post("/account/password/change/", form).status_code == 302
    token = ApiToken.objects.get(user=owner)
    assert (token.revoked_at is None) == keep
    assert ApiToken.objects.get(name="of another user").revoked_at is None
    tokens = client.get("/account/tokens/").content.decode()
    assert ("when the password was changed" in tokens) != keep
    assert ("Revoke<span" in tokens) == keep


def test_a_wrong_old_password_revokes_nothing(
    owner: User, secret: str, signed_in: Callable[[User], Client]
) -> None:
    form = {"oldpassword": "wrong", **NEW, "end_tokens": "on"}
    assert signed_in(owner).post("/account/password/change/", form).status_code == 200
    assert ApiToken.objects.get(user=owner).revoked_at is None


@pytest.mark.parametrize("keep", [False, True])
def test_a_reset_of_the_password_revokes_tokens_too(
    owner: User, secret: str, run_tasks: Callable[[], int], keep: bool
) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": owner.email})
    run_tasks()
    link = str(mail.outbox[0].body).partition("http://testserver")[2].split()[0]
    page = client.get(link, follow=True)
    assert 'name="end_tokens"' in page.content.decode()
    form = NEW if keep else {**NEW, "end_tokens": "on"}
    assert client.post(page.request["PATH_INFO"], form).status_code == 302
    assert (ApiToken.objects.get(user=owner).revoked_at is None) == keep
