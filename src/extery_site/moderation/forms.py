"""Forms of the review thread."""

from __future__ import annotations

from django import forms

from extery_site.catalog.text_limits import MAX_REASON_LENGTH


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
