"""What an author sends: a package, and what a manifest does not say."""

from __future__ import annotations

from typing import Any

from django import forms

from extery_site.catalog.models import Extension, Version

MARKDOWN_HELP = "You can use Markdown: headings, lists, links, code."


class UploadForm(forms.Form):
    """A package. What is in it is not the form's business."""

    file = forms.FileField(
        label="Package",
        allow_empty_file=True,  # an empty file is a problem that the check explains better
        error_messages={"required": "Choose the zip of your extension."},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    release_notes = forms.CharField(
        label="What is new in this version?",
        required=False,
        max_length=20_000,
        help_text=f"{MARKDOWN_HELP} You can still change it before you submit.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DraftForm(forms.Form):
    """What belongs to an extension and is not in its manifest."""

    description = forms.CharField(
        label="Description",
        required=False,
        max_length=20_000,
        help_text=f"What it does, for whom, and how to begin. {MARKDOWN_HELP}",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    image = forms.FileField(
        label="Image",
        required=False,
        help_text="Shows the extension in use. PNG, JPEG or WebP, 16:9, best 1920 × 1080, "
        "at least 960 × 540 pixels.",
        widget=forms.FileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp", "data-preview": "image-preview"}
        ),
    )
    alt_text = forms.CharField(
        label="The image in words",
        required=False,
        max_length=300,
        help_text="For people who cannot see it: one sentence.",
    )
    website = forms.URLField(
        label="Website",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="Its own page, documentation or source code.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    support_url = forms.URLField(
        label="Support",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="Where people ask questions and report mistakes.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    release_notes = forms.CharField(
        label="What is new in this version?",
        required=False,
        max_length=20_000,
        help_text=MARKDOWN_HELP,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(
        self, *args: Any, extension: Extension, version: Version | None, **kwargs: Any
    ) -> None:
        initial = {
            "description": extension.description,
            "website": extension.website,
            "support_url": extension.support_url,
            "alt_text": extension.image.alt_text if extension.image else "",
            "release_notes": version.release_notes if version else "",
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        for name in ("description", "image", "alt_text"):
            self.fields[name].needed_to_submit = True  # type: ignore[attr-defined]
        if version is None or not version.is_editable:
            del self.fields["release_notes"]
