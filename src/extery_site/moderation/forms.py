"""What is said in a thread: a comment, or the words of a decision."""

from __future__ import annotations

from django import forms


class CommentForm(forms.Form):
    """Something to say about an extension in the queue."""

    text = forms.CharField(
        label="Your comment",
        max_length=10_000,
        help_text="Everyone can read it. You can use Markdown.",
        error_messages={"required": "Write something first."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReasonForm(forms.Form):
    """Why a moderator decides so; the decision says whether it may stay empty."""

    reason = forms.CharField(
        label="What has to change, and why",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
