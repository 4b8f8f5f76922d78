"""The django-allauth adapter and the validators of user names."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib import messages
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from extery_site.accounts import confirmed_emails, lockout, tasks
from extery_site.accounts.emails import normalize_email
from extery_site.accounts.models import username_validator
from extery_site.accounts.sign_ins import record_sign_in, record_wrong_password
from extery_site.accounts.staff_names import validate_not_staff
from extery_site.quotas.client_address import client_address
from extery_site.ui.addresses import base_url

username_validators = [username_validator]


class MailSite(NamedTuple):
    """The site in the templates of mails."""

    name: str
    domain: str
    url: str


def _at_site_url(url: str) -> str:
    """Replace the host of the request by EXTERY_SITE_URL, if that is set."""
    parts = urlsplit(url)
    return base_url(allauth_context.request) + parts._replace(scheme="", netloc="").geturl()


def _login_name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What this site changes in django-allauth, above all that nothing reveals addresses."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "The user name or the password is not correct.",
        "email_password_mismatch": "The e-mail address or the password is not correct, or the "
        "address is not confirmed. You can sign in with your user name at any time.",
    }

    def clean_email(self, email: str) -> str:
        """Return the form in which the address is stored and compared."""
        address = normalize_email(email)
        validate_email(address)
        return address

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Store a new account; its ``email`` is empty until the address is confirmed."""
        user = super().save_user(request, user, form, commit=False)
        user.email = ""
        if commit:
            user.save()
        return user

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse user names that look like those of moderators."""
        name: str = super().clean_username(username, shallow)
        validate_not_staff(name)
        return name

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that quotas count; an unknown one is not an error."""
        return client_address(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse the attempt if the client's address is locked out from this name."""
        lockout.start_attempt(self.get_client_ip(request), _login_name(credentials))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Return the user with these credentials, or ``None``."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            lockout.forget_attempts(self.get_client_ip(request), _login_name(credentials))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the wrong password if the account has a role."""
        super().authentication_failed(request, **credentials)
        record_wrong_password(_login_name(credentials), address=self.get_client_ip(request))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign a user in, and record it if the account has a role."""
        super().login(request, user)
        record_sign_in(user, address=self.get_client_ip(request))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address unless another account has; the first one becomes that of the user."""
        with transaction.atomic():
            if confirmed_emails.is_confirmed_by_another(email_address):
                self.add_message(
                    request,
                    messages.ERROR,
                    "account/messages/email_confirmation_failed.txt",
                    {"email": email_address.email},
                )
                return False
            if not super().confirm_email(request, email_address):
                return False
            confirmed_emails.make_primary_if_first(email_address)
        return True

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Have a worker write to the address; it finds out whether that has an account."""
        tasks.write_to_new_address.enqueue(
            address=emailconfirmation.email_address.pk, signup=signup, base=base_url(request)
        )

    def write_confirmation_mail(self, confirmation: Any, *, signup: bool) -> None:
        """Send the mail with the link to confirm an address, in a worker."""
        super().send_confirmation_mail(self.request, confirmation, signup)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the owner of an address that it was given for another account."""
        owner = confirmed_emails.find_owner(email)
        links = {
            name: _at_site_url(build_absolute_uri(self.request, reverse(f"account_{name}")))
            for name in ("login", "reset_password")
        }
        context = {"owner": owner, "links": links}
        self.send_mail("account/email/account_already_exists", email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail with the name and the address of this site instead of the request's host."""
        base = base_url(allauth_context.request)
        values = {
            "current_site": MailSite(settings.EXTERY_SITE_NAME, urlsplit(base).netloc, base),
            "confirmation_days": app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS,
            "reset_days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
            "sign_up": settings.EXTERY_SIGN_UP,
        }
        super().send_mail(template_prefix, email, {**context, **values})

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Return the mail, with the header that keeps programs from answering it."""
        headers = {"Auto-Submitted": "auto-generated", **(headers or {})}
        return super().render_mail(template_prefix, email, context, headers)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a mail, at the address of the site."""
        return _at_site_url(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link of a mail, at the address of the site."""
        return _at_site_url(super().get_email_confirmation_url(request, emailconfirmation))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.EXTERY_SIGN_UP)
