"""Forms for rating, replying, hiding, and for the order of the list."""

from __future__ import annotations

from typing import Any

from django import forms

from extery.core import platforms
from extery.core.versions import BLENDER_SERIES, format_series
from extery_site.catalog.text_limits import MAX_REASON_LENGTH
from extery_site.ratings.models import MAX_RATING_LENGTH

#: What each number of stars means.
STARS = (
    (1, "1: it failed or did harm"),
    (2, "2: poor"),
    (3, "3: all right"),
    (4, "4: good, something is missing"),
    (5, "5: very good"),
)
#: Series of Blender, the newest first.
BLENDER_CHOICES = [format_series(series) for series in reversed(BLENDER_SERIES)]
PLATFORM_CHOICES = [(name, platforms.title(name)) for name in platforms.KNOWN]


class RatingForm(forms.Form):
    """The user's own rating."""

    stars = forms.TypedChoiceField(
        label="Stars",
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one to five stars."},
    )
    text = forms.CharField(
        label="What was it like?",
        max_length=MAX_RATING_LENGTH,
        required=False,
        help_text="Paragraphs, lists, **bold**, `code` and links. No pictures.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.ChoiceField(label="Version")
    blender = forms.ChoiceField(label="Blender", required=False)
    platform = forms.ChoiceField(
        label="System", choices=[("", "Not given"), *PLATFORM_CHOICES], required=False
    )

    def __init__(self, *args: Any, versions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [(number, number) for number in versions]  # type: ignore[attr-defined]
        names = list(BLENDER_CHOICES)
        if (stored := self.initial.get("blender")) and stored not in names:
            names.insert(0, stored)
        self.fields["blender"].choices = [("", "Not given"), *((name, name) for name in names)]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """The reply of the author."""

    text = forms.CharField(
        label="Reply",
        max_length=MAX_RATING_LENGTH,
        error_messages={"required": "Write a reply."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class HideForm(forms.Form):
    """The reason of a moderator to hide a rating."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_REASON_LENGTH,
        help_text="The person who wrote the rating reads it.",
        error_messages={"required": "Describe what is wrong with the rating."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ListForm(forms.Form):
    """Order and filters of the list of ratings; every field is optional."""

    ORDERS = (
        ("", "Most helpful first"),
        ("newest", "Newest first"),
        ("lowest", "Fewest stars first"),
    )

    order = forms.ChoiceField(label="Order", choices=ORDERS, required=False)
    stars = forms.ChoiceField(
        label="Stars",
        choices=[
            ("", "Any stars"),
            *((str(n), f"{n} star{'s' if n > 1 else ''}") for n in (5, 4, 3, 2, 1)),
        ],
        required=False,
    )
    version = forms.ChoiceField(label="Version", required=False)
    blender = forms.ChoiceField(
        label="Blender",
        choices=[("", "Any Blender"), *((name, f"Blender {name}") for name in BLENDER_CHOICES)],
        required=False,
    )

    def __init__(self, *args: Any, versions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [  # type: ignore[attr-defined]
            ("", "Any version"),
            *((number, number) for number in versions),
        ]

    @property
    def filters(self) -> dict[str, str]:
        """The valid values; an invalid one is ignored."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
