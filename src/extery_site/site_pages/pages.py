"""The pages, their texts and how they are shown: the newest version, or the text that is part of Extery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404
from django.utils.safestring import SafeString

from extery_site.accounts.models import User
from extery_site.site_pages.models import PageVersion
from extery_site.ui.markup import render_document

_TEXTS = Path(__file__).parent / "texts"
#: What stands for a value of the settings that is not set: readers see that it is missing.
_MISSING = {"operator": "**(not named yet)**", "contact": "**(not named yet)**"}


class Page(NamedTuple):
    """A page that staff writes; ``name`` is its address."""

    name: str
    title: str
    about: str


PAGES = {
    page.name: page
    for page in (
        Page("terms", "Terms", "What you agree to when you use this site."),
        Page("guidelines", "Guidelines", "What an extension must be like to be published here."),
        Page(
            "moderation-policy",
            "Moderation policy",
            "How moderators decide, and what you can do about it.",
        ),
        Page("privacy", "Privacy", "What this site stores about you, why, and for how long."),
    )
}


@dataclass(frozen=True)
class Text:
    """A version of a page; number 0 is the text that is part of Extery."""

    page: Page
    number: int
    text: str
    note: str = ""
    by: User | None = None
    created_at: datetime | None = None

    @property
    def html(self) -> SafeString:
        """The text as safe HTML, with the values of the settings."""
        return render_document(fill(self.text))


def page_or_404(name: str) -> Page:
    """Return the page with a name."""
    if name not in PAGES:
        raise Http404(name)
    return PAGES[name]


@cache
def own_text(name: str) -> str:
    """Return the text of a page that is part of Extery."""
    return (_TEXTS / f"{name}.md").read_text(encoding="utf-8")


def current_text(page: Page) -> Text:
    """Return the text that is shown."""
    newest = PageVersion.objects.filter(page=page.name).select_related("by").first()
    return _of(page, newest) if newest is not None else Text(page, 0, own_text(page.name))


def text_of(page: Page, number: int) -> Text:
    """Return a version of a page; raises `Http404`."""
    if number == 0:
        return Text(page, 0, own_text(page.name), "The text that is part of Extery.")
    versions = PageVersion.objects.filter(page=page.name, number=min(number, 2**31 - 1))
    found = versions.select_related("by").first()
    if found is None:
        raise Http404(f"{page.title} has no version {number}.")
    return _of(page, found)


def current_number(name: str) -> int:
    """Return the number of the version that is shown."""
    numbers = PageVersion.objects.filter(page=name).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


def _of(page: Page, row: PageVersion) -> Text:
    return Text(page, row.number, row.text, row.note, row.by, row.created_at)


def fill(text: str) -> str:
    """Replace ``{operator}``, ``{contact}`` and ``{site}`` in a text; other braces stay."""
    values = {"site": settings.EXTERY_SITE_NAME, **_MISSING, **_set_values()}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def missing_settings(text: str) -> list[str]:
    """Return the settings that a text needs and that are not set."""
    found = _set_values()
    return [
        f"EXTERY_{name.upper()}" for name in _MISSING if f"{{{name}}}" in text and name not in found
    ]


def _set_values() -> dict[str, str]:
    values = {"operator": settings.EXTERY_OPERATOR, "contact": settings.EXTERY_CONTACT}
    return {name: " ".join(value.split()) for name, value in values.items() if value.strip()}
