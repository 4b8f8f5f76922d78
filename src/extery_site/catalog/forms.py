"""Search and filters of the catalogue, as a GET form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse

from extery.core import platforms
from extery.core.compatibility import System
from extery.core.licenses import COMMON_LICENSES
from extery.core.types import TYPES
from extery.core.versions import BLENDER_SERIES, parse_blender_version
from extery_site.catalog.models import Extension, ExtensionQuerySet, Tag
from extery_site.catalog.my_blender import system_of
from extery_site.catalog.search_corrections import MAX_RESULTS, corrected, is_better
from extery_site.catalog.search_ranking import best_matches

#: Suggested values; other versions are accepted too.
BLENDER_VERSIONS = tuple(f"{major}.{minor}" for major, minor in BLENDER_SERIES)

#: Keys of extensions: those of a text are few, others are read page by page.
Keys = list[int] | QuerySet[Extension, int]
#: Results of a text that are sorted by something else than how well they match.
MAX_SORTED = 2_000
#: What an extension without a permission is called.
WITHOUT_PERMISSION = {
    "network": "Works offline",
    "files": "No access to files",
    "clipboard": "No clipboard",
    "camera": "No camera",
    "microphone": "No microphone",
    "scripts": "Runs no scripts",
}


class BrowseForm(forms.Form):
    """Search text, filters and sort order; every field is optional.

    The page of a search with an invalid field has the status 400.
    """

    SORTS = (
        ("", "Best match"),
        ("newest", "Newest"),
        ("popular", "Most downloaded"),
        ("rated", "Best rated"),
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
    permission = forms.ChoiceField(
        label="Permission",
        choices=[
            ("", "Any"),
            ("none", "Asks for none"),
            *((f"none-{name}", without) for name, without in WITHOUT_PERMISSION.items()),
        ],
        required=False,
    )
    licence = forms.ChoiceField(
        label="Licence",
        choices=[("", "Any"), *((name, name) for name in sorted(COMMON_LICENSES))],
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
    works = forms.ChoiceField(
        label="If it breaks there",
        choices=[("", "Mark it"), ("on", "Leave it out")],
        required=False,
    )
    exact = forms.ChoiceField(
        label="As typed", choices=[("", ""), ("1", "")], required=False, widget=forms.HiddenInput
    )
    sort = forms.ChoiceField(label="Sort by", choices=SORTS, required=False)

    #: The text without a typing error, if the results are those of it.
    corrected_text = ""

    def __init__(self, *args: Any, tags: list[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tags = {tag.slug: tag for tag in tags}
        names = {slug: tag.name for slug, tag in self.tags.items()}
        self.fields["q"].widget.attrs["data-suggest"] = reverse("catalog:suggest")
        choices = sorted(names.items(), key=lambda item: item[1].casefold())
        self.fields["tag"].choices = [("", "Any"), *choices]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                what = "order" if field.label == "Sort by" else str(field.label).lower()
                field.error_messages["invalid_choice"] = f"There is no {what} “%(value)s”."

    def clean_blender(self) -> str:
        text: str = self.cleaned_data["blender"].strip().removeprefix("v")
        if text:
            try:
                parse_blender_version(text)
            except ValueError as error:
                raise forms.ValidationError("Enter a Blender version such as 4.2.") from error
        return text

    def keys(self, extensions: ExtensionQuerySet) -> Keys:
        """Return the keys of the filtered and sorted extensions, for pages; invalid fields are ignored.

        If the text has a typing error, those of the `corrected_text`.
        """
        self.is_valid()
        text, by = self.cleaned_data.get("q", ""), self.cleaned_data.get("sort", "")
        extensions = self.filtered(extensions)
        found = self._found(extensions, text, by)
        if (
            not text
            or self.cleaned_data.get("exact")
            or len(found[: MAX_RESULTS + 1]) > MAX_RESULTS
        ):
            return found
        if other := corrected(text):
            better = self._found(extensions, other, by)
            number = len(found)
            if is_better(len(better[: number * 5 + 1]), than=number):
                self.corrected_text = other
                return better
        return found

    def _found(self, extensions: ExtensionQuerySet, text: str, by: str) -> Keys:
        if text and not by:
            return best_matches(extensions, text)
        found = self._sorted(extensions.search(text, in_order=True), by=by).values_list(
            "pk", flat=True
        )
        # One query finds, counts and sorts; pages skip rows of an index only without a text.
        return list(found[:MAX_SORTED]) if text else found

    def filtered(self, extensions: ExtensionQuerySet) -> ExtensionQuerySet:
        """Return the extensions with which all filters agree, whatever the text is."""
        filters = self.cleaned_data
        if type_ := filters.get("type"):
            extensions = extensions.of_type(type_)
        if slug := filters.get("tag"):
            extensions = extensions.tagged(slug)
        if permission := filters.get("permission"):
            name = permission.removeprefix("none").removeprefix("-")
            extensions = extensions.without_permission(name)
        if licence := filters.get("licence"):
            extensions = extensions.with_license(licence)
        system = system_of(filters.get("blender", ""), filters.get("platform", ""))
        if system != System():
            extensions = extensions.compatible_with(system)
        if filters.get("works") and system.blender is not None:
            broken = Extension.objects.with_known_problems(system.blender)
            extensions = extensions.exclude(pk__in=broken.values("pk"))
        return extensions

    def _sorted(self, extensions: ExtensionQuerySet, *, by: str) -> ExtensionQuerySet:
        match by:
            case "popular":
                return extensions.most_downloaded()
            case "rated":
                return extensions.best_rated()
            case "name":
                return extensions.by_name()
            case _:
                return extensions.newest_first()

    def known_to_break(self, extensions: list[Extension]) -> set[int]:
        """Return the keys of those whose newest version breaks in the Blender of the filter."""
        blender = System.parse(getattr(self, "cleaned_data", {}).get("blender")).blender
        if blender is None:
            return set()
        broken = Extension.objects.with_known_problems(blender)
        keys = [extension.pk for extension in extensions]
        return set(broken.filter(pk__in=keys).values_list("pk", flat=True))

    def active_filters(self) -> list[tuple[str, str]]:
        """Return field name and label of every filter in use."""
        active = []
        for name, value in getattr(self, "cleaned_data", {}).items():
            if not value or name in {"sort", "exact"}:
                continue
            choices = dict(getattr(self.fields[name], "choices", ()))
            label = {
                "q": f"“{value}”",
                "blender": f"Blender {value}",
                "works": "Not known to break",
            }.get(name)
            active.append((name, label or str(choices.get(value, value))))
        return active


def tags_in_use(type_: str = "") -> list[Tag]:
    """Return the tags of public extensions; one that two types have, whose page shows both, once."""
    public = Extension.objects.browsable().filter(pk=OuterRef("extension_id"))
    # Nested, so that SQLite looks for one extension of each tag, and does not go through the extensions.
    of_tag = Extension.tags.through.objects.filter(Exists(public), tag=OuterRef("pk"))
    tags = Tag.objects.filter(Exists(of_tag))
    found = tags.filter(type=type_) if type_ else tags
    by_slug: dict[str, Tag] = {}
    for tag in found:
        by_slug.setdefault(tag.slug, tag)
    return list(by_slug.values())


def popular_tags() -> list[Tag]:
    """Return the tags of public extensions, each with the ``number`` of them, the highest first."""
    rows = Extension.tags.through.objects.filter(
        extension__status=Extension.Status.APPROVED, extension__unlisted_at=None
    )
    # Counted by key, which reads indices only.
    counted = rows.order_by().values_list("tag").annotate(Count("pk"))
    numbers: dict[int, int] = dict(counted)
    tags = list(Tag.objects.filter(pk__in=numbers))
    for tag in tags:
        tag.number = numbers[tag.pk]  # type: ignore[attr-defined]
    by_slug: dict[str, Tag] = {}
    for tag in tags:
        if (first := by_slug.setdefault(tag.slug, tag)) is not tag:
            first.number += tag.number  # type: ignore[attr-defined]
    return sorted(by_slug.values(), key=lambda tag: -tag.number)  # type: ignore[attr-defined]
