"""API tokens: shown once, stored as a hash, usable until revoked or expired."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import InvalidInput, NotFound, Refused
from extery_site.accounts import actions
from extery_site.accounts.models import ApiToken, User

URL = "/api/v1/extensions/gear_tool/"


def test_the_secret_is_not_stored(owner: User) -> None:
    token, secret = actions.create_token(user=owner, name=" CI ")
    assert re.fullmatch(r"extery_[A-Za-z0-9_-]{43}", secret)
    row = ApiToken.objects.values().get()
    assert secret not in map(str, row.values())
    assert token.name == "CI"
    assert secret.startswith(token.prefix)
    assert len(token.prefix) < 12
    assert actions.authenticate_token(secret) == owner


@pytest.mark.parametrize("state", ["revoked", "expired", "closed", "mistyped"])
def test_every_unusable_token_gets_the_same_error(owner: User, state: str, client: Client) -> None:
    token, secret = actions.create_token(user=owner, name="CI")
    if state == "revoked":
        actions.revoke_token(token=token, by=owner)
    elif state == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif state == "closed":
        User.objects.filter(pk=owner.pk).update(is_active=False)
    else:
        secret += "x"
    with pytest.raises(Refused) as caught:
        actions.authenticate_token(secret)
    assert caught.value.code == "account.token-invalid"
    response = client.get(URL, headers={"Authorization": f"Bearer {secret}"})
    assert response.status_code == 401
    assert response.json()["problems"][0]["code"] == "account.token-invalid"


def test_the_listing_ignores_tokens(client: Client, db: None) -> None:
    response = client.get("/api/v1/extensions/", headers={"Authorization": "Bearer whatever"})
    assert response.status_code == 200


def test_a_token_needs_a_name_and_a_future_expiry_date(owner: User) -> None:
    with pytest.raises(InvalidInput) as caught:
        actions.create_token(user=owner, name=" ")
    assert caught.value.code == "account.token-name-missing"
    with pytest.raises(InvalidInput) as caught:
        actions.create_token(user=owner, name="CI", expires_at=timezone.now())
    assert caught.value.code == "account.token-expires-in-past"
    token, _ = actions.create_token(
        user=owner, name="CI", expires_at=timezone.now() + timedelta(days=1)
    )
    assert token.is_usable


def test_only_its_owner_can_revoke_a_token(owner: User, stranger: User) -> None:
    token, secret = actions.create_token(user=owner, name="CI")
    with pytest.raises(NotFound):
        actions.revoke_token(token=token, by=stranger)
    assert actions.authenticate_token(secret) == owner


def test_revoking_a_token_again_keeps_the_first_date(owner: User) -> None:
    token, _ = actions.create_token(user=owner, name="CI")
    first = actions.revoke_token(token=token, by=owner).revoked_at
    assert first is not None
    assert actions.revoke_token(token=token, by=owner).revoked_at == first
    assert not token.is_usable


def test_the_last_use_is_not_written_for_every_request(owner: User) -> None:
    _, secret = actions.create_token(user=owner, name="CI")
    actions.authenticate_token(secret)
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    actions.authenticate_token(secret)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(hours=1))
    actions.authenticate_token(secret)
    assert ApiToken.objects.get().last_used_at > first
