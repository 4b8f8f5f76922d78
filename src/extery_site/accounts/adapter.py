"""The django-allauth adapter and the validators of user names."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.http import HttpRequest

from extery_site.accounts.emails import normalize_email
from extery_site.accounts.models import username_validator
from extery_site.accounts.staff_names import validate_not_staff
from extery_site.quotas.client_address import client_address
from extery_site.ui.addresses import base_url

username_validators = [username_validator]


class MailSite(NamedTuple):
    """The site in the templates of mails."""

    name: str
    domain: str


def _at_site_url(url: str) -> str:
    """Replace the host of the request by EXTERY_SITE_URL, if that is set."""
    parts = urlsplit(url)
    return base_url(allauth_context.request) + parts._replace(scheme="", netloc="").geturl()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes sign-up if ``EXTERY_SIGN_UP`` is off."""

    def clean_email(self, email: str) -> str:
        """Return the form in which the address is stored and compared."""
        return normalize_email(email)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse user names that look like those of moderators."""
        name: str = super().clean_username(username, shallow)
        validate_not_staff(name)
        return name

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that quotas count; an unknown one is not an error."""
        return client_address(request) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail with the name and the address of this site instead of the request's host."""
        base = base_url(allauth_context.request)
        site = MailSite(name=settings.EXTERY_SITE_NAME, domain=urlsplit(base).netloc)
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a mail, at the address of the site."""
        return _at_site_url(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link of a mail, at the address of the site."""
        return _at_site_url(super().get_email_confirmation_url(request, emailconfirmation))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.EXTERY_SIGN_UP)
