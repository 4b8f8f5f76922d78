"""Sign-in behind proxies: its rate limits use the same address as quotas."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User


@pytest.mark.parametrize("remote", ["192.0.2.1", ""])
def test_a_client_that_goes_round_a_proxy_can_sign_in(
    owner: User, settings: Any, remote: str
) -> None:
    settings.EXTERY_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    owner.set_password("gears-turn-both-ways")
    owner.save()
    form = {"login": "ada", "password": "gears-turn-both-ways"}
    client = Client(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR="203.0.113.9")

    assert client.post("/account/login/", form).status_code == 302
