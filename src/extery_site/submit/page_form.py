"""The form with the texts of a page; `extery_site.publish.page_text` checks and saves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from extery.core.errors import Problem
from extery_site.catalog.models import Version
from extery_site.catalog.text_limits import MAX_TEXT_LENGTH, MAX_URL_LENGTH
from extery_site.ui.form_problems import with_hint


class PageForm(forms.Form):
    """The fields of a page that are not in the manifest."""

    description = forms.CharField(
        label="Description",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        help_text="What it does and where to find it in Blender. You can use Markdown.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    release_notes = forms.CharField(
        label="Release notes",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    website = forms.CharField(
        label="Website",
        required=False,
        max_length=MAX_URL_LENGTH,
        help_text="Home page, documentation or source code.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    support_url = forms.CharField(
        label="Help and questions",
        required=False,
        max_length=MAX_URL_LENGTH,
        help_text="Where users ask questions and report bugs.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    def __init__(
        self, typed: Mapping[str, Any], *, version: Version, problems: Iterable[Problem] = ()
    ) -> None:
        super().__init__(dict(typed))
        notes = self.fields["release_notes"]
        notes.label = f"What is new in {version.number}"
        source = version.notes_source
        notes.help_text = (
            f"Taken from {source} in the package, until you change them here."
            if source
            else "You can use Markdown. A section of the version in CHANGELOG.md of the package is taken by itself."
        )
        self.full_clean()
        for problem in problems:
            if problem.is_error and problem.where.field in self.fields:
                self.add_error(problem.where.field, with_hint(problem))
        for name in ("description",):
            self.fields[name].needed_to_submit = True  # type: ignore[attr-defined]
