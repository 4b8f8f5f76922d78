"""What people fill in about themselves and their programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django import forms
from django.utils import timezone

from extery_site.accounts.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What others see on one's own page."""

    class Meta:
        model = User
        fields = ("full_name", "about")
        help_texts: ClassVar[dict[str, str]] = {
            "full_name": "Shown instead of your user name.",
            "about": "A few lines about you and what you make. Markdown works.",
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "about": forms.Textarea(attrs={"rows": 6}),
        }


class TokenForm(forms.Form):
    """A new API token."""

    LIFETIMES: ClassVar[list[tuple[str, str]]] = [
        ("30", "30 days"),
        ("90", "90 days"),
        ("365", "One year"),
        ("0", "No end"),
    ]

    name = forms.CharField(
        label="What is it for?",
        max_length=100,
        help_text="A name to recognise it by, for example “release script of gear_tool”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.ChoiceField(label="Valid for", choices=LIFETIMES, initial="90")

    def expires_at(self) -> datetime | None:
        """When the token ends, if it ends."""
        days = int(self.cleaned_data["days"])
        return timezone.now() + timedelta(days=days) if days else None
