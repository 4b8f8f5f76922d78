"""Template tags and filters: icons, addresses, Markdown, sizes and labels.

Models arrive as plain objects: this module imports no app.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from extery.core import licenses, platforms
from extery.core.errors import Problem
from extery.core.files import human_size
from extery.core.types import TYPES
from extery.manifest.maintainers import name_of
from extery_site.ui import addresses, appearance, form_problems, labels, markup

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing beside words that say the same; programs that read aloud skip it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons/icons.svg"),
        name,
    )


@register.simple_tag
def chosen_theme(request: HttpRequest | None) -> str:
    """``light`` or ``dark`` if the visitor chose one, else ``auto``."""
    return appearance.chosen_by(request)


@register.simple_tag(takes_context=True)
def absolute_url(context: Context, path: str) -> str:
    """The whole address of a path of this site."""
    return addresses.absolute(context.get("request"), path)


@register.simple_tag(takes_context=True)
def without(context: Context, name: str) -> str:
    """The address of this page with one filter, and the page number, taken away."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    query.pop("page", None)
    return f"?{query.urlencode()}" if query else str(context["request"].path)


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as safe HTML."""
    return markup.render(text)


@register.filter
def sentence(problem: Problem) -> str:
    """The message of a problem as a sentence."""
    return form_problems.sentence(problem)


@register.filter
def picture_of(extension: Any) -> str:
    """Address of the image for a card: the author's, else one drawn from the id."""
    if extension.image:
        return str(extension.image.small_url)
    return reverse("catalog:picture", args=[extension.type, extension.extension_id])


@register.filter
def event_icon(event: Any) -> str:
    """The icon of an event in a thread."""
    entry = labels.EVENTS.get(event.kind)
    return entry.icon if entry else "circle"


@register.filter
def event_label(event: Any) -> str:
    """What a user did, to follow the name: ``approved version 1.2.0``."""
    entry = labels.EVENTS.get(event.kind)
    version = f"version {event.version.number}" if event.version else "a version"
    return entry.words.format(version=version) if entry else str(event.get_kind_display())


@register.filter
def permission(name: str) -> labels.Permission:
    """Icon, title and meaning of a permission."""
    return labels.PERMISSIONS.get(name) or labels.Permission("shield", name, "")


@register.filter
def no_permissions(type_: str) -> str:
    """The sentence for an extension of this type that declares no permissions."""
    return labels.NO_PERMISSIONS.get(type_, labels.NO_PERMISSIONS_DECLARED)


@register.simple_tag
def type_pages() -> list[dict[str, str]]:
    """The page of each type of extension: its ``title``, ``url`` and the name of its ``view``."""
    return [
        {"title": type_.plural, "url": reverse(view), "view": view}
        for type_ in TYPES
        for view in [f"catalog:{type_.path}"]
    ]


@register.filter
def name_only(maintainer: str) -> str:
    """A maintainer without the mail address."""
    return name_of(maintainer)


@register.filter
def licence_name(licence: str) -> str:
    """The full name of a licence; its identifier where we know no better."""
    name = licenses.canonical(licence) or licence
    return labels.LICENCES.get(name, name)


@register.filter
def licence_page(licence: str) -> str:
    """Address of a page that explains the licence, or nothing."""
    return licenses.page(licence) or ""


@register.filter
def platform_title(platform: str) -> str:
    """``Windows (x64)`` for ``windows-x64``."""
    return platforms.title(platform)


@register.filter
def size(number: int) -> str:
    """``1.5 MB``: as all of Extery writes sizes."""
    return human_size(number)


@register.filter
def short_hash(sha256: str) -> str:
    """The first digits of a hash: enough to compare at a glance."""
    return labels.short_hash(sha256)


@register.filter
def short_number(number: int) -> str:
    """``12.3k`` for 12345: a count at a glance."""
    for limit, sign in ((1_000_000, "M"), (1000, "k")):
        if number >= limit:
            return f"{number / limit:.1f}".removesuffix(".0") + sign
    return str(number)


@register.filter
def plain_url(url: str) -> str:
    """An address as people write it: no scheme, no slash at the end."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
