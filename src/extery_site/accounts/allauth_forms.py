"""Forms of django-allauth with the changes of this site."""

from __future__ import annotations

from allauth.account import forms as allauth_forms
from django import forms

from extery_site.accounts.actions import end_tokens


class EndTokensMixin(forms.Form):
    """A checkbox for revoking all API tokens together with the change of password."""

    end_tokens = forms.BooleanField(
        label="Also revoke all API tokens",
        label_suffix="",
        required=False,
        initial=True,
        help_text="Leave it checked if somebody else may know the old password.",
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
