"""Forms of django-allauth with the changes of this site."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django import forms
from django.conf import settings
from django.http import HttpRequest

from extery_site.accounts import lockout, tasks
from extery_site.accounts.actions import end_tokens
from extery_site.accounts.adapter import AccountAdapter
from extery_site.ui.addresses import base_url


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """Sign-up that does not reveal whether an address has an account.

    An account is created in any case, with an unconfirmed address. If that is the address of another
    account, its owner gets an e-mail instead of the link to confirm it (`extery_site.accounts.mails`).
    """

    def validate_unique_email(self, value: str) -> str:
        """Accept every address."""
        return value

    def save(self, request: HttpRequest) -> Any:
        """Create the account; the worker writes to the address, if anything is to be written."""
        user = super().save(request)
        # Otherwise django-allauth sends a confirmation.
        if settings.ACCOUNT_EMAIL_VERIFICATION == "none":
            for pk in EmailAddress.objects.filter(user=user).values_list("pk", flat=True):
                tasks.write_to_new_address.enqueue(address=pk, signup=True, base=base_url(request))
        return user


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The request for a link to set a new password. Whether an account exists, the worker finds out."""

    def clean_email(self) -> str:
        """Return the stored form of the address."""
        return AccountAdapter().clean_email(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Have a worker write to the address."""
        email: str = self.cleaned_data["email"]
        tasks.write_password_reset.enqueue(email=email, base=base_url(request))
        return email


class EndTokensMixin(forms.Form):
    """A checkbox for revoking all API tokens together with the change of password."""

    end_tokens = forms.BooleanField(
        label="Also revoke all API tokens",
        label_suffix="",
        required=False,
        initial=True,
        help_text="Leave it checked if another person may know the old password.",
    )

    def save(self) -> None:
        """Save the password, and revoke the tokens."""
        super().save()  # type: ignore[misc]
        if self.cleaned_data["end_tokens"]:
            end_tokens(user=self.user)  # type: ignore[attr-defined]


class ChangePasswordForm(EndTokensMixin, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """A new password for a signed-in user."""

    field_order = ("oldpassword", "password1", "password2", "end_tokens")


class SetPasswordForm(EndTokensMixin, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A password for a user who has none."""

    field_order = ("password1", "password2", "end_tokens")


class ResetPasswordKeyForm(EndTokensMixin, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password for a user with the link of an e-mail."""

    field_order = ("password1", "password2", "end_tokens")

    def save(self) -> None:
        """Save the password; the client can sign in with it, also after too many wrong ones."""
        super().save()
        request = allauth_context.request
        address = AccountAdapter(request).get_client_ip(request)
        emails = EmailAddress.objects.filter(user=self.user).values_list("email", flat=True)
        for name in (self.user.username, *emails):
            lockout.forget_attempts(address, name)
