"""E-mails about accounts, written and sent by a worker.

Requests only enqueue them (`extery_site.accounts.tasks`): their time does not depend on whether an
address has an account, or on the mail server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from extery_site.accounts import confirmed_emails
from extery_site.accounts.emails import normalize_email
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.rates import use_rate

logger = logging.getLogger(__name__)


class MailRequest(HttpRequest):
    """Stands for the request that asked for a mail: templates and links need the site's address."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)
        self.META = {
            "HTTP_HOST": self._base.netloc,
            "SERVER_NAME": self._base.hostname or "",
            "SERVER_PORT": str(self._base.port or ""),
        }
        self.user = AnonymousUser()

    def get_host(self) -> str:
        """Return the host without the check against ALLOWED_HOSTS, which the request has passed."""
        return self._base.netloc

    def _get_scheme(self) -> str:
        return self._base.scheme


@contextmanager
def _adapter_at(base: str) -> Iterator[Any]:
    request = MailRequest(base)
    with allauth_context.request_context(request):
        yield get_adapter(request)


def write_to_new_address(pk: int, *, signup: bool, base: str) -> None:
    """Ask for the confirmation of an address, or inform its owner that another account was created with it."""
    address = EmailAddress.objects.select_related("user").filter(pk=pk, verified=False).first()
    if address is None:
        return
    with_confirmation = settings.ACCOUNT_EMAIL_VERIFICATION != "none" or not signup
    if with_confirmation:
        is_of_another = confirmed_emails.is_confirmed_by_another(address)
    else:
        is_of_another = confirmed_emails.is_claimed_by_another(address)
        if not is_of_another:
            return
    if not _may_write(address.email, "sign-up"):
        return
    with _adapter_at(base) as adapter:
        if is_of_another:
            adapter.send_account_already_exists_mail(address.email)
        else:
            confirmation = get_emailconfirmation_model().create(address)
            adapter.write_confirmation_mail(confirmation, signup=signup)


def write_password_reset(email: str, *, base: str) -> None:
    """Send a link to set a new password, or say that the address has no account.

    To the stored form of the address, not to the one in the request, which may look the same but
    be another mailbox.
    """
    address = normalize_email(email)
    if not _may_write(address, "reset"):
        return
    users = confirmed_emails.find_users_to_reset(address)
    with _adapter_at(base) as adapter:
        request_password_reset(adapter.request, address, users, default_token_generator)


def _may_write(email: str, topic: str) -> bool:
    """Count a mail to an address, and return whether it is within the limit."""
    rate = settings.EXTERY_EMAILS_PER_RECIPIENT
    if rate is None or not use_rate(QuotaKind.EMAILS, f"{topic} {email}", rate):
        return True
    logger.warning("an e-mail was not sent: EXTERY_EMAILS_PER_RECIPIENT is %s", rate)
    return False
