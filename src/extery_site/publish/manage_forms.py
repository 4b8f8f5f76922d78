"""Forms of the pages on which owners manage an extension."""

from __future__ import annotations

from django import forms

from extery_site.catalog.text_limits import MAX_DEPRECATION_NOTE_LENGTH, MAX_REASON_LENGTH
from extery_site.publish.reserved_ids import MAX_ID_LENGTH, MAX_RESERVED_REASON_LENGTH

_VERSION_WIDGET = forms.TextInput(
    attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "5.0"}
)


class EmptyForm(forms.Form):
    """No field: a button is enough."""


class WhyForm(forms.Form):
    """A reason, which everyone can read in the history of the extension."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=MAX_REASON_LENGTH,
        help_text="Everyone can read it in the review thread.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeprecateForm(forms.Form):
    """Why an extension is deprecated, and what to use instead."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MAX_DEPRECATION_NOTE_LENGTH,
        help_text="Why it is no longer maintained, for its page.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    replacement = forms.CharField(
        label="Replacement",
        required=False,
        max_length=MAX_ID_LENGTH,
        help_text="The id of the extension to use instead, as its page states it under Details.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class OfferForm(forms.Form):
    """The user to whom an extension is offered."""

    to = forms.CharField(
        label="User name",
        max_length=200,
        help_text="The name after @ on the user's page.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    text = forms.CharField(
        label="Message",
        required=False,
        max_length=MAX_REASON_LENGTH,
        help_text="This user and the moderators can read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefuseForm(forms.Form):
    """Why an offer is refused."""

    text = forms.CharField(
        label="Message",
        required=False,
        max_length=MAX_REASON_LENGTH,
        help_text="The owner and the moderators can read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SetMaximumForm(forms.Form):
    """The maximum Blender version, set by the owner."""

    maximum = forms.CharField(
        label="First Blender that it does not work with",
        max_length=20,
        help_text="For example 5.0: then Blender 4.5 gets this version, and 5.0 and newer do not.",
        widget=_VERSION_WIDGET,
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=MAX_REASON_LENGTH,
        help_text="Everyone can read it here.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SuggestMaximumForm(SetMaximumForm):
    """A maximum Blender version, suggested by a user."""

    reason = forms.CharField(
        label="What happens",
        max_length=MAX_REASON_LENGTH,
        help_text="In which Blender, on which system, and the text of the error. Everyone can read it here.",
        error_messages={"required": "Describe what happens in which Blender."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReserveForm(forms.Form):
    """An id to reserve."""

    id = forms.CharField(
        label="Id",
        max_length=MAX_ID_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_RESERVED_REASON_LENGTH,
        help_text="For other moderators.",
    )
