"""Forms of the source search."""

from __future__ import annotations

from django import forms

from extery.core.types import TYPES
from extery_site.catalog.models import Tag
from extery_site.source_search.models import Search
from extery_site.source_search.models.search import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_POINTS,
    MAX_QUERY_LENGTH,
)
from extery_site.source_search.symbols import SYMBOL_KIND_CHOICES


def _tags() -> list[tuple[str, str]]:
    tags = dict(Tag.objects.order_by("name").values_list("slug", "name"))
    return [("", "All tags"), *tags.items()]


class FilterForm(forms.Form):
    """Which places of the matching texts are shown."""

    scope = forms.ChoiceField(label="Versions", choices=Search.Scope.choices, required=False)
    file_pattern = forms.CharField(
        label="Files",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "*.py", "spellcheck": "false"}),
    )
    type = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[("", "All types"), *((type_.name, type_.plural) for type_ in TYPES)],
    )
    tag = forms.ChoiceField(label="Tag", required=False, choices=_tags)


class SearchForm(FilterForm):
    """A symbol or a regular expression, and filters."""

    kind = forms.ChoiceField(
        label="Search for",
        choices=[("symbol", "A symbol"), ("regex", "A regular expression")],
        initial="symbol",
        widget=forms.RadioSelect,
    )
    query = forms.CharField(
        label="Symbol or expression",
        max_length=MAX_QUERY_LENGTH,
        help_text="<code>subprocess.Popen</code>, <code>bpy.ops.*</code>, <code>*.example.org</code>; "
        r"or <code>exec\(.*b64decode</code>, in the syntax of RE2.",
        error_messages={"required": "Enter what to search for."},
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    symbol_kind = forms.ChoiceField(
        label="Which is",
        required=False,
        choices=[("", "Anything"), *SYMBOL_KIND_CHOICES],
    )
    not_bundled = forms.BooleanField(
        label="Leave out packages that contain the module themselves", required=False
    )
    ignore_case = forms.BooleanField(label="Ignore case (expressions)", required=False)

    field_order = ("kind", "query", "symbol_kind", "not_bundled", "ignore_case")


class SaveForm(forms.Form):
    """The name of a saved search, and who and what it is for."""

    name = forms.CharField(
        label="Name",
        max_length=MAX_NAME_LENGTH,
        help_text="Such as Starts other programs.",
        error_messages={"required": "Enter a name."},
    )
    description = forms.CharField(
        label="Description", required=False, max_length=MAX_DESCRIPTION_LENGTH
    )
    is_shared = forms.BooleanField(
        label="Share it with all moderators and volunteers", required=False
    )
    is_watched = forms.BooleanField(
        label="Watch: look for it in each new package",
        required=False,
        help_text="The review of a version that matches shows it under Findings, to staff only.",
    )
    points = forms.IntegerField(
        label="Points of risk for a version that matches a watched search",
        required=False,
        min_value=0,
        max_value=MAX_POINTS,
        help_text=f"0 to {MAX_POINTS}; the risk of a version names the search as a reason.",
    )
