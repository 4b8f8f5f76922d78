"""Forms of the account settings: profile and API tokens."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.staff_names import validate_not_staff
from extery_site.ui.short_text import validate_short_text


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """The public profile of a user."""

    class Meta:
        model = User
        fields = ("full_name", "about", "uses_keys")
        labels: ClassVar[dict[str, str]] = {"uses_keys": "Use keys in reviews"}
        help_texts: ClassVar[dict[str, str]] = {
            "full_name": "Shown beside your user name.",
            "about": "A few lines about you and your work. You can use Markdown.",
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "about": forms.Textarea(attrs={"rows": 6}),
        }

    def clean_full_name(self) -> str:
        """Refuse invisible characters, and names that look like those of moderators."""
        name: str = self.cleaned_data["full_name"]
        validate_short_text(name)
        if "@" in unicodedata.normalize("NFKC", name):
            raise ValidationError("Remove the @: it stands before user names.", code="at-sign")
        if not self.instance.can_moderate:
            validate_not_staff(name)
        return name


class TokenForm(forms.Form):
    """A new API token."""

    LIFETIMES: ClassVar[list[tuple[str, str]]] = [
        ("30", "30 days"),
        ("90", "90 days"),
        ("365", "One year"),
        ("0", "No expiry"),
    ]

    name = forms.CharField(
        label="Name",
        max_length=100,
        validators=[validate_short_text],
        help_text="What the token is for, for example “release script of gear_tool”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.ChoiceField(label="Expires after", choices=LIFETIMES, initial="90")

    def expires_at(self) -> datetime | None:
        """Return the expiry date, or ``None`` for a token that does not expire."""
        days = int(self.cleaned_data["days"])
        return timezone.now() + timedelta(days=days) if days else None
