"""A report, and the note that closes it."""

from __future__ import annotations

from django import forms

from extery_site.reports.models import Report


class ReportForm(forms.Form):
    """What somebody found wrong with an extension."""

    reason = forms.ChoiceField(
        label="What is wrong?",
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what fits best."},
    )
    text = forms.CharField(
        label="Tell us more",
        max_length=4000,
        help_text="Where does it show? What did you expect? Moderators read this, "
        "the author does not.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class NoteForm(forms.Form):
    """How a moderator closed a report."""

    note = forms.CharField(
        label="What was done, or why nothing was",
        max_length=4000,
        error_messages={"required": "Say what was done, or why nothing was."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
