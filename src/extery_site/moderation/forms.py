"""Forms of the review thread."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from extery_site.catalog.text_limits import (
    MAX_BLOCK_REASON_LENGTH,
    MAX_REASON_LENGTH,
    MAX_TASK_LENGTH,
)
from extery_site.moderation.models import CodeBlocking


class CommentForm(forms.Form):
    """A comment in a review thread."""

    text = forms.CharField(
        label="Your comment",
        max_length=MAX_REASON_LENGTH,
        help_text="Visible to everyone. You can use Markdown.",
        error_messages={"required": "Enter a comment."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReasonForm(forms.Form):
    """The reason of a decision; whether it is required depends on the decision."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class StatusForm(forms.Form):
    """A reason, and for a hold the day on which it ends."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_REASON_LENGTH,
        help_text="Everyone can read it.",
        error_messages={"required": "Enter a reason: its author needs to know why."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label="Day",
        required=False,
        help_text="When it returns to the queue by itself.",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter a day, such as 2026-12-01."},
    )


class BlockForm(forms.Form):
    """What to block, and why."""

    scope = forms.ChoiceField(
        label="What to block",
        choices=[("extension", "The whole extension"), ("versions", "Only these versions")],
    )
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_BLOCK_REASON_LENGTH,
        error_messages={"required": "Enter a reason: everyone reads it."},
    )
    note = forms.CharField(label="For moderators only", required=False, max_length=2_000)
    stop = forms.BooleanField(required=False)

    def numbers(self, data: QueryDict) -> list[str]:
        """Return the numbers of the chosen versions; none if the whole extension is chosen."""
        if data.get("scope") != "versions":
            return []
        return sorted({number[:100] for number in data.getlist("version")[:1000]})


class BlockingForm(forms.Form):
    """Whether the findings of a rule block an approval."""

    code = forms.CharField(
        max_length=100,
        help_text="Of a rule, as findings show it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter a code, such as code.pip."},
    )
    mode = forms.ChoiceField(label="Its findings", choices=CodeBlocking.Mode.choices)
    reason = forms.CharField(
        max_length=MAX_TASK_LENGTH,
        help_text="Everyone who reads the findings can read it.",
        error_messages={"required": "Enter a reason."},
    )


class ReplyForm(forms.Form):
    """A saved reply."""

    title = forms.CharField(
        max_length=100,
        help_text="Moderators choose it by its title.",
        error_messages={"required": "Enter a title."},
    )
    text = forms.CharField(
        max_length=MAX_REASON_LENGTH,
        help_text="You can use Markdown, and the placeholders below.",
        error_messages={"required": "Enter a text."},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
