"""Forms for sets: their texts, the list, and the reason to hide one."""

from __future__ import annotations

from django import forms

from extery_site.catalog.text_limits import MAX_REASON_LENGTH
from extery_site.sets.models import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_TITLE_LENGTH,
    ExtensionSet,
)

Visibility = ExtensionSet.Visibility


class SetForm(forms.Form):
    """The texts of a set, and who sees it."""

    title = forms.CharField(
        label="Title",
        max_length=MAX_TITLE_LENGTH,
        help_text="What the set is for, such as “Lighting for small rooms”.",
        error_messages={"required": "Say in a few words what the set is for."},
    )
    description = forms.CharField(
        label="Description",
        max_length=MAX_DESCRIPTION_LENGTH,
        required=False,
        help_text="Who it is for, and why these extensions. Markdown; images become links.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    visibility = forms.ChoiceField(
        label="Who sees it",
        choices=[
            (Visibility.PUBLIC, "Everyone: lists and searches have it"),
            (Visibility.LINK, "Only people who know its address"),
        ],
        initial=Visibility.PUBLIC,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who sees the set."},
    )


class NewSetForm(SetForm):
    """A new set; its address can be chosen."""

    name = forms.CharField(
        label="Name in the address",
        max_length=MAX_NAME_LENGTH,
        required=False,
        help_text="Small letters, digits and hyphens. Left empty, it is made from the title, and for a set that only "
        "people with its address see, it cannot be guessed. It stays for ever: Blenders subscribe to it.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )


class ListForm(forms.Form):
    """Search and order of the list of sets."""

    ORDERS = (("", "Newest"), ("followed", "Most followed"), ("title", "By title"))

    q = forms.CharField(label="Search sets", max_length=200, required=False)
    sort = forms.ChoiceField(label="Order", choices=ORDERS, required=False)


class HideForm(forms.Form):
    """The reason of a moderator to hide a set."""

    reason = forms.CharField(
        label="Reason",
        max_length=MAX_REASON_LENGTH,
        help_text="The owner of the set reads it.",
        error_messages={"required": "Write what is wrong with the set."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
