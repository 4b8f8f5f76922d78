"""The filters of the catalogue, as a form that is sent with GET."""

from __future__ import annotations

from typing import Any

from django import forms

from extery.core import platforms
from extery.core.compatibility import System
from extery.core.types import TYPES
from extery.core.versions import BLENDER_SERIES, parse_blender_version
from extery_site.catalog.models import Extension, ExtensionQuerySet, Tag

#: Suggested in the form; an address may name any other version.
BLENDER_VERSIONS = tuple(f"{major}.{minor}" for major, minor in BLENDER_SERIES)


class BrowseForm(forms.Form):
    """What to look for; every field may stay empty."""

    SORTS = (
        ("", "Best match"),
        ("newest", "Newest"),
        ("popular", "Most downloaded"),
        ("name", "Name"),
    )

    q = forms.CharField(
        label="Search",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, purpose or author"}),
    )
    type = forms.ChoiceField(
        label="Type",
        choices=[("", "Any"), *((type_.name, type_.plural) for type_ in TYPES)],
        required=False,
    )
    tag = forms.ChoiceField(label="Tag", required=False)
    platform = forms.ChoiceField(
        label="Platform",
        choices=[("", "Any"), *((name, platforms.title(name)) for name in platforms.KNOWN)],
        required=False,
    )
    blender = forms.CharField(
        label="Blender",
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={"placeholder": "Any", "list": "blender-versions", "inputmode": "decimal"}
        ),
    )
    sort = forms.ChoiceField(label="Sort by", choices=SORTS, required=False)

    def __init__(self, *args: Any, tags: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tags = {tag.slug: tag for tag in tags}
        names = {slug: tag.name for slug, tag in self.tags.items()}
        choices = sorted(names.items(), key=lambda item: item[1].casefold())
        self.fields["tag"].choices = [("", "Any"), *choices]  # type: ignore[attr-defined]

    def clean_blender(self) -> str:
        text: str = self.cleaned_data["blender"].strip().removeprefix("v")
        if text:
            try:
                parse_blender_version(text)
            except ValueError as error:
                raise forms.ValidationError(
                    "Write a Blender version as numbers with dots, for example 4.2."
                ) from error
        return text

    def apply(self, found: ExtensionQuerySet) -> ExtensionQuerySet:
        """The extensions that were asked for; a field that makes no sense asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if text := asked.get("q"):
            found = found.search(text)
        if type_ := asked.get("type"):
            found = found.of_type(type_)
        if slug := asked.get("tag"):
            found = found.tagged(slug)
        system = System.parse(asked.get("blender"), asked.get("platform"))
        if system != System():
            found = found.compatible_with(system)
        return self._sorted(found, text=asked.get("q", ""), by=asked.get("sort", ""))

    def _sorted(self, found: ExtensionQuerySet, *, text: str, by: str) -> ExtensionQuerySet:
        match by:
            case "newest":
                return found.newest_first()
            case "popular":
                return found.most_downloaded()
            case "name":
                return found.by_name()
            case _:
                return found.best_match_first(text) if text else found.newest_first()

    def chosen(self) -> list[tuple[str, str]]:
        """Field name and words for every filter in use, to show and to take away."""
        chosen = []
        for name, value in getattr(self, "cleaned_data", {}).items():
            if not value or name in {"sort"}:
                continue
            choices = dict(getattr(self.fields[name], "choices", ()))
            words = {"q": f"“{value}”", "blender": f"Blender {value}"}.get(name)
            chosen.append((name, words or str(choices.get(value, value))))
        return chosen


def tags_in_use(type_: str = "") -> list[Tag]:
    """The tags that public extensions have, each with its ``number`` of them."""
    from django.db.models import Count, Q

    public = Q(extensions__status=Extension.Status.APPROVED)
    tags = Tag.objects.annotate(number=Count("extensions", filter=public)).filter(number__gt=0)
    return list(tags.filter(type=type_) if type_ else tags)
