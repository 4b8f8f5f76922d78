"""Authentication by user name or confirmed e-mail address, with the same effort for every login."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import get_user_by_username
from django.http import HttpRequest

from extery_site.accounts.confirmed_emails import find_owner


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Checks one password, whether the account exists or not.

    The backends of Django and allauth together check up to three, which shows in the time.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        login = str(credentials.get("username") or credentials.get("email") or "")
        user = get_user_by_username(login)
        if user is None and "@" in login:
            user = find_owner(login)
        # Without a user, `authenticate` hashes the password and drops the result.
        return self._check_password(user, credentials["password"])
