"""Template tags and filters: icons, URLs, Markdown, sizes and labels.

Model instances are passed as plain objects: this module imports no app.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from extery.core import licenses, platforms
from extery.core.errors import Problem
from extery.core.files import format_size
from extery.core.invisible import show_invisible
from extery.core.types import TYPES, TYPES_BY_NAME
from extery.manifest.maintainers import display_name
from extery_site.ui import addresses, appearance, form_problems, labels, markup
from extery_site.ui.durations import short_duration

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Render an icon beside a text label; screen readers skip it."""
    return _icon_of(static("icons/icons.svg"), name)


@lru_cache
def _icon_of(file: str, name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        file,
        name,
    )


@register.simple_tag
def extension_types(*, plural: bool = True) -> str:
    """Return all types in a sentence: ``add-ons, themes and asset libraries``, or one of them with ``plural=False``."""
    return labels.list_types(plural=plural)


@register.simple_tag
def package_contents() -> SafeString:
    """Return what packages of each type contain beside the manifest: ``… for an add-on; … for a theme``."""
    parts = [
        contents.format(type=labels.with_article(TYPES_BY_NAME[name]))
        for name, contents in labels.PACKAGE_CONTENTS.items()
    ]
    return mark_safe("; ".join(parts))  # noqa: S308  # a constant


@register.simple_tag
def current_theme(request: HttpRequest | None) -> str:
    """Return the visitor's colour theme: ``light``, ``dark`` or ``auto``."""
    return appearance.selected_theme(request)


@register.simple_tag(takes_context=True)
def absolute_url(context: Context, path: str) -> str:
    """Return the absolute URL of a path of this site."""
    return addresses.absolute(context.get("request"), path)


@register.simple_tag(takes_context=True)
def url_with(context: Context, **values: str) -> str:
    """Return the URL of this page with other values of its query, on its first page."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in values.items():
        query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def url_without(context: Context, name: str) -> str:
    """Return the URL of this page without one filter and without the page number."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    query.pop("page", None)
    return f"?{query.urlencode()}" if query else str(context["request"].path)


@register.filter
def markdown(text: str) -> SafeString:
    """Render Markdown as safe HTML."""
    return markup.render(text)


@register.filter
def document(text: str) -> SafeString:
    """Render the Markdown of a page that Extery or its staff wrote as safe HTML, with headings from h2."""
    return markup.render_document(text)


@register.filter
def short_markdown(text: str) -> SafeString:
    """Render the Markdown of a short text, such as a rating, as safe HTML."""
    return markup.render_short(text)


@register.filter
def plain_words(text: str) -> str:
    """Return the words of Markdown in one line, at most 200 characters."""
    return Truncator(markup.plain_text(text)).chars(200)


@register.simple_tag
def stars(number: float) -> SafeString:
    """Render five stars, of which the nearest number is filled, with a text for screen readers."""
    filled = min(5, max(0, int(number + 0.5)))
    icons = [icon("star-full" if at < filled else "star") for at in range(5)]
    text = labels.stars(number)
    return format_html(
        '<span class="stars">{}{}{}{}{}<span class="unseen">{}</span></span>', *icons, text
    )


@register.filter
def score(number: float) -> str:
    """Format an average of stars: ``4.4``."""
    return f"{number:.1f}"


@register.filter
def visible(text: str) -> str:
    """Show invisible characters and bidirectional overrides as code points."""
    return show_invisible(text)


@register.filter
def visible_code(text: str) -> str:
    """Show invisible characters of a line of code as code points; tabs stay."""
    return "\t".join(show_invisible(part) for part in text.split("\t"))


@register.filter
def code_line(line: Any) -> SafeString:
    """Render a line of code, its keywords, strings and comments in colours.

    ``line`` has ``text`` and ``spans``: start, end and kind of each part with a colour, in order.
    """
    parts, last = [], 0
    for start, end, kind in line.spans:
        parts.append(escape(visible_code(line.text[last:start])))
        parts.append(
            format_html('<span class="code-{}">{}</span>', kind, visible_code(line.text[start:end]))
        )
        last = end
    return mark_safe("".join([*parts, escape(visible_code(line.text[last:]))]))  # noqa: S308


@register.filter
def place_text(place: Any) -> str:
    """Return a place in a package, such as ``net.py, line 12``; ``place`` has a file, and a line or 0."""
    return f"{place.file}, line {place.line}" if place.line else str(place.file)


@register.simple_tag
def code_link(extension: Any, version: Any, place: Any) -> SafeString:
    """Render a link to a line in the source of a version, such as ``net.py:12``; ``place`` has a file, and a line or 0."""
    text = (
        f"{show_invisible(place.file)}:{place.line}" if place.line else show_invisible(place.file)
    )
    address = addresses.code_path(extension.extension_id, version.number, place.file, place.line)
    return format_html('<a class="code-place" href="{}">{}</a>', address, text)


@register.filter
def sentence(problem: Problem) -> str:
    """Return the message of a problem as a sentence."""
    return form_problems.sentence(problem)


@register.filter
def image_url(extension: Any) -> str:
    """Return the URL of an extension's card image, or of a placeholder.

    Drafts may have no image, and that of a blocked extension is not public.
    """
    if extension.image and not extension.is_blocked:
        return str(extension.image.small_url)
    return static("images/placeholder.svg")


@register.filter
def event_icon(event: Any) -> str:
    """Return the icon name of an event in a review thread."""
    entry = labels.EVENTS.get(event.kind)
    return entry.icon if entry else "circle"


@register.filter
def event_label(event: Any) -> str:
    """Return the text that follows the user's name, such as ``approved version 1.2.0``."""
    entry = labels.EVENTS.get(event.kind)
    version = f"version {event.version_number}" if event.version_number else "a version"
    return entry.text.format(version=version) if entry else str(event.get_kind_display())


@register.filter
def permission(name: str) -> labels.Permission:
    """Return icon, title and meaning of a permission."""
    return labels.PERMISSIONS.get(name) or labels.Permission("shield", name, "")


@register.filter
def drop_window(extension: Any) -> str:
    """Return what a link is dropped onto: ``Blender window``, or ``window of Blender 5.3 or newer``."""
    first = extension.needs_blender
    return f"window of Blender {first} or newer" if first else "Blender window"


@register.filter
def no_permissions(type_: str) -> str:
    """Return the text for an extension of this type that declares no permissions."""
    return labels.NO_PERMISSIONS.get(type_, labels.NO_PERMISSIONS_DECLARED)


@register.simple_tag
def type_pages() -> list[dict[str, str]]:
    """Return ``title``, ``url`` and view name (``view``) of the page of each extension type."""
    return [
        {"title": type_.plural, "url": reverse(view), "view": view}
        for type_ in TYPES
        for view in [f"catalog:{type_.path}"]
    ]


@register.filter
def maintainer_name(maintainer: str) -> str:
    """Return a maintainer without the e-mail address."""
    return show_invisible(display_name(maintainer))


@register.filter
def licence_name(licence: str) -> str:
    """Return the full name of a licence, or its identifier if the name is unknown."""
    name = licenses.canonical_expression(licence) or licence
    return labels.LICENCES.get(name, name)


@register.filter
def licence_id(licence: str) -> str:
    """Return the SPDX identifier of a licence of a manifest: ``GPL-3.0-or-later``."""
    return licence.removeprefix(licenses.PREFIX)


@register.filter
def licence_meaning(licence: str) -> str:
    """Return what a licence means in a few words; empty for one that is not known."""
    return labels.licence_meaning(licence.removeprefix(licenses.PREFIX))


@register.filter
def licence_url(licence: str) -> str:
    """Return the URL of a page about the licence, or an empty string."""
    return licenses.license_page_url(licence) or ""


@register.filter
def platform_title(platform: str) -> str:
    """Return the title of a platform: ``Windows (x64)`` for ``windows-x64``."""
    return platforms.title(platform)


@register.filter
def size(number: int) -> str:
    """Format a size in bytes: ``1.5 MB``."""
    return format_size(number)


@register.filter
def short_hash(sha256: str) -> str:
    """Return the first digits of a hash."""
    return labels.short_hash(sha256)


@register.filter
def age(time: datetime) -> str:
    """Return how long ago a time was: ``1 d 4 h``."""
    return short_duration(timezone.now() - time)


@register.filter
def short_time(duration: timedelta) -> str:
    """Return a duration as a short text: ``7 h``."""
    return short_duration(duration)


@register.filter
def short_number(number: int) -> str:
    """Abbreviate a count: ``12.3k`` for 12345."""
    for limit, suffix in ((1_000_000, "M"), (1000, "k")):
        if number >= limit:
            return f"{number / limit:.1f}".removesuffix(".0") + suffix
    return str(number)


@register.filter
def short_url(url: str) -> str:
    """Return a URL for display: without scheme, ``www.`` and trailing slash."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
