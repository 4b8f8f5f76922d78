"""Forms for reporting an extension and handling a report."""

from __future__ import annotations

from django import forms

from extery_site.reports.models import MAX_REPORT_LENGTH, Report


class ReportForm(forms.Form):
    """A report of an extension."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    text = forms.CharField(
        label="Description",
        max_length=MAX_REPORT_LENGTH,
        help_text="What is wrong, and where does it occur? Visible to moderators only, "
        "not to the author.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class NoteForm(forms.Form):
    """The moderator's note on a closed report."""

    note = forms.CharField(
        label="Note",
        max_length=MAX_REPORT_LENGTH,
        error_messages={"required": "Describe what was done, or why nothing was done."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
