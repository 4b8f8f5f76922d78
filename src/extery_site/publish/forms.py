"""Forms for uploads and drafts."""

from __future__ import annotations

from typing import Any

from django import forms

from extery_site.catalog.models import Extension, Version
from extery_site.catalog.text_limits import (
    MAX_ALT_TEXT_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_URL_LENGTH,
)

MARKDOWN_HELP = "You can use Markdown."


class ManyFilesInput(forms.FileInput):
    """A field for several files; a form has the last one, and ``request.FILES.getlist`` all."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return one file: the field checks that there is any."""
        return files.get(name)


class UploadForm(forms.Form):
    """A package and its release notes; the content of the package is checked by the upload action."""

    file = forms.FileField(
        label="Package",
        allow_empty_file=True,  # the package check has a better message
        error_messages={"required": "Choose a package (.zip)."},
        widget=ManyFilesInput(attrs={"accept": ".zip,application/zip"}),
    )
    release_notes = forms.CharField(
        label="Release notes",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        help_text=f"What is new in this version. {MARKDOWN_HELP}",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReplaceForm(forms.Form):
    """A package that replaces that of a version."""

    file = forms.FileField(
        label="Package",
        allow_empty_file=True,  # the package check has a better message
        error_messages={"required": "Choose a package (.zip)."},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )


class DraftForm(forms.Form):
    """The fields of an extension that are not in its manifest."""

    description = forms.CharField(
        label="Description",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        help_text=f"What the extension does and how to use it. {MARKDOWN_HELP}",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    image = forms.FileField(
        label="Image",
        required=False,
        help_text="The cover: a screenshot or rendering that shows what the extension does, without a logo or much "
        "text. PNG, JPEG or WebP, 16:9, at least 1920 × 1080 pixels. No GIF: it is large and cannot be paused.",
        widget=forms.FileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp", "data-preview": "image-preview"}
        ),
    )
    alt_text = forms.CharField(
        label="Image description (alt text)",
        required=False,
        max_length=MAX_ALT_TEXT_LENGTH,
        help_text="One sentence for people who cannot see the image.",
    )
    website = forms.URLField(
        label="Website",
        required=False,
        max_length=MAX_URL_LENGTH,
        assume_scheme="https",
        help_text="Home page, documentation or source code.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    support_url = forms.URLField(
        label="Support page",
        required=False,
        max_length=MAX_URL_LENGTH,
        assume_scheme="https",
        help_text="Where users ask questions and report bugs.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    release_notes = forms.CharField(
        label="Release notes",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        help_text=f"What is new in this version. {MARKDOWN_HELP}",
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
