"""The django-allauth adapter and the validators of user names."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from extery_site.accounts.emails import normalize_email
from extery_site.accounts.models import username_validator
from extery_site.quotas.client_address import client_address

username_validators = [username_validator]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes sign-up if ``EXTERY_SIGN_UP`` is off."""

    def clean_email(self, email: str) -> str:
        """Return the form in which the address is stored and compared."""
        return normalize_email(email)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that quotas count; an unknown one is not an error."""
        return client_address(request) or "unknown"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.EXTERY_SIGN_UP)
