"""Forms for reporting, for decisions about cases, for appeals, suspensions and hidden profiles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.utils import timezone

from extery_site.accounts.models import MAX_HIDING_REASON_LENGTH, MAX_SUSPENSION_REASON_LENGTH
from extery_site.reports.actions import MAX_BLENDER_LENGTH
from extery_site.reports.models import MAX_REPORT_LENGTH, Case
from extery_site.reports.reasons import CARDS, Reason, ReasonCard
from extery_site.reports.targets import Target


def _text(label: str, *, rows: int, help_text: str = "", required: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_REPORT_LENGTH,
        help_text=help_text,
        error_messages={"required": required},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReportForm(forms.Form):
    """A report of a thing. Fields that do not fit the kind of thing or the site are left out."""

    reason = forms.ChoiceField(
        label="What is wrong?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    version = forms.ChoiceField(label="Version", required=False)
    blender = forms.CharField(
        label="Blender and system", max_length=MAX_BLENDER_LENGTH, required=False
    )
    text = _text(
        "Description",
        rows=6,
        help_text="What is wrong, and where does it occur? Moderators read it with your name; the reported "
        "person reads neither.",
        required="Write at least a sentence, so that a moderator can look at it.",
    )
    anonymous = forms.BooleanField(
        label="Send it without my name",
        required=False,
        help_text="Moderators then cannot ask or answer you, and it is not listed in your reports.",
    )

    def __init__(
        self, *args: Any, target: Target, versions: Sequence[str], anonymous: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        reasons = target.row.reasons
        self.fields["reason"].choices = [(reason.value, CARDS[reason].title) for reason in reasons]  # type: ignore[attr-defined]
        if versions:
            choices = [("", "All, or I do not know"), *((number, number) for number in versions)]
            self.fields["version"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["version"]
        if target.kind not in ("extension", "version"):
            del self.fields["blender"]
        if not anonymous:
            del self.fields["anonymous"]

    def cards(self) -> Iterator[tuple[BoundWidget, ReasonCard]]:
        """Yield the radio button of each reason with its explanation."""
        for widget in self["reason"]:
            yield widget, CARDS[Reason(widget.data["value"])]


class TextForm(forms.Form):
    """A text: an addition to a report, a note, a question or an answer."""

    text = _text("Text", rows=4, required="Write at least a sentence.")

    def __init__(self, *args: Any, label: str = "Text", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label


#: What a moderator does after the case is resolved: value, label, kinds of things (empty: all).
NEXT_STEPS = (
    ("", "Nothing more", ()),
    ("block", "Go on to the block", ("extension", "version")),
    (
        "review",
        "Go on to the review thread",
        ("extension", "version", "comment", "image"),
    ),
    ("hide", "Hide the name and text of the profile", ("user",)),
    ("hide_set", "Go on to hiding the set", ("set",)),
    ("suspend", "Go on to the suspension of the account", ()),
)


class DecisionForm(forms.Form):
    """The decision about all reports of a case."""

    outcome = forms.ChoiceField(
        label="Decision",
        choices=[(Case.Status.RESOLVED, "Resolve"), (Case.Status.DISMISSED, "Dismiss")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the reports are justified."},
    )
    next_step = forms.ChoiceField(label="Then", required=False)
    note = _text(
        "What you found",
        rows=5,
        required="Write at least a sentence: the people concerned read it.",
    )

    def __init__(self, *args: Any, case: Case, steps: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_step"].choices = [  # type: ignore[attr-defined]
            (value, label)
            for value, label, kinds in NEXT_STEPS
            if (not kinds or case.kind in kinds) and value in steps
        ]


class SameAnswerForm(forms.Form):
    """The answer to the reports of several cases that are dismissed together."""

    note = _text(
        "What you found",
        rows=4,
        help_text="Everyone who reported one of them reads it.",
        required="Write at least a sentence: the people who reported them read it.",
    )


class NoteForm(forms.Form):
    """The reason for opening a case again."""

    note = _text("Reason", rows=3, required="Describe why it is looked at again.")


class AppealForm(forms.Form):
    """An appeal against a decision."""

    text = _text(
        "Why is the decision wrong?",
        rows=6,
        help_text="Another moderator than the first one reads it and decides.",
        required="Write at least a sentence, so that another moderator can look at it.",
    )


class AppealDecisionForm(forms.Form):
    """The decision about an appeal."""

    outcome = forms.ChoiceField(
        label="Decision",
        choices=[("grant", "Grant"), ("reject", "Reject")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to grant the appeal."},
    )
    answer = _text("Answer", rows=5, required="Write at least a sentence: the person reads it.")


SUSPENSION_DAYS = (
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("180", "180 days"),
    ("1095", "3 years"),
)


class SuspensionForm(forms.Form):
    """A suspension of a user."""

    days = forms.ChoiceField(label="Duration", choices=SUSPENSION_DAYS, initial="7")
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_SUSPENSION_REASON_LENGTH,
        help_text="The person reads it with every refused change.",
        error_messages={"required": "Write what the person did."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def ends_at(self) -> datetime:
        """Return the end; a minute is left for requests at the limit."""
        days = timedelta(days=int(self.cleaned_data["days"]))
        return timezone.now() + days - timedelta(minutes=1)


class HidingForm(forms.Form):
    """The reason for which a profile is hidden, or stays hidden."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_HIDING_REASON_LENGTH,
        error_messages={"required": "Write what is wrong with the name or the text."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LiftForm(forms.Form):
    """The end of a suspension before its time."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_SUSPENSION_REASON_LENGTH,
        error_messages={"required": "Write why it ends."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
