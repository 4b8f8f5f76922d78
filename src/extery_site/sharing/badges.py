"""Badges for READMEs: small SVG images with the version, downloads, rating or Blender range of an extension."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import escape, format_html
from django.views.decorators.http import require_safe

from extery.core.invisible import show_invisible
from extery.core.versions import short_blender_version
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension
from extery_site.sharing.responses import public_response
from extery_site.ui.addresses import absolute
from extery_site.ui.structured_data import MIN_RATINGS
from extery_site.ui.templatetags.extery_pages import score, short_number

MEDIA_TYPE = "image/svg+xml; charset=utf-8"
#: Pixels of a character: those of a wide face, so that no text is cut in another one.
_CHARACTER, _PADDING, _HEIGHT = 6.9, 7, 20
_MAX_LENGTH = 40
_GREEN, _AMBER, _GREY = "#0a6656", "#805300", "#505952"


class Badge(NamedTuple):
    """What a badge says, and the colour of its right part."""

    label: str
    text: str
    colour: str = _GREEN


def _version(extension: Extension) -> Badge:
    version = extension.newest_version
    return Badge("extension", version.number if version is not None else "none")


def _downloads(extension: Extension) -> Badge:
    return Badge("downloads", short_number(extension.download_count))


def _rating(extension: Extension) -> Badge:
    if extension.rating_score is None or extension.rating_count < MIN_RATINGS:
        return Badge("rating", "new", _GREY)
    text = f"{score(extension.rating_score)} of 5 ({short_number(extension.rating_count)})"
    return Badge("rating", text, _AMBER)


def _blender(extension: Extension) -> Badge:
    version = extension.newest_version
    if version is None:
        return Badge("Blender", "none", _GREY)
    low, high = version.blender_range
    text = (
        f"{short_blender_version(low)}+"
        if high is None
        else f"{short_blender_version(low)} to before {short_blender_version(high)}"
    )
    return Badge("Blender", text)


#: The kinds of badges: name in the address -> what it says.
KINDS: dict[str, Callable[[Extension], Badge]] = {
    "version": _version,
    "downloads": _downloads,
    "rating": _rating,
    "blender": _blender,
}


@require_safe
def badge(request: HttpRequest, extension_id: str, kind: str) -> HttpResponseBase:
    """Return a badge of a public extension; that of another one says so, with status 404."""
    if kind not in KINDS:
        raise Http404(kind)
    found = Extension.objects.public().select_related("newest_version").with_id(extension_id)
    extension = found.first()
    if extension is None:
        image = draw(Badge("extension", "not found", _GREY))
        return HttpResponse(image, content_type=MEDIA_TYPE, status=404)
    return public_response(request, draw(KINDS[kind](extension)).encode(), MEDIA_TYPE)


def draw(badge: Badge) -> str:
    """Return the SVG of a badge; every text in it is escaped and bounded."""
    label, text = (_shortened(one) for one in (badge.label, badge.text))
    left, right = (round(len(one) * _CHARACTER + 2 * _PADDING) for one in (label, text))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="{height}" role="img" aria-label="{label}: {text}">'
        "<title>{label}: {text}</title>"
        '<clipPath id="r"><rect width="{all}" height="{height}" rx="4"/></clipPath>'
        '<g clip-path="url(#r)"><rect width="{left}" height="{height}" fill="#1a201d"/>'
        '<rect x="{left}" width="{right}" height="{height}" fill="{colour}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        '<text x="{at_label}" y="14">{label}</text><text x="{at_text}" y="14">{text}</text></g></svg>',
        all=left + right,
        height=_HEIGHT,
        left=left,
        right=right,
        colour=badge.colour,
        label=label,
        text=text,
        at_label=left / 2,
        at_text=left + right / 2,
    )


def _shortened(text: str) -> str:
    text = show_invisible(text)
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 1]}…"


class Example(NamedTuple):
    """A badge on the page for its owner."""

    kind: str
    url: str
    markdown: str
    html: str


@login_required
@require_safe
def page(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the badges of one's extension with the text to copy."""
    own = Extension.objects.filter(owner=require_signed_in(request.user), erased_at=None)
    extension = get_object_or_404(own.select_related("newest_version").with_id(extension_id))
    to = absolute(request, extension.get_absolute_url())
    examples = []
    for kind, make in KINDS.items():
        found = make(extension)
        path = reverse("sharing:badge", args=[extension.extension_id, kind])
        url, alt = absolute(request, path), f"{found.label}: {found.text}"
        examples.append(
            Example(
                kind,
                path,
                f"[![{alt}]({url})]({to})",
                # A text to copy: the page escapes it once more.
                f'<a href="{escape(to)}"><img src="{escape(url)}" alt="{escape(alt)}"></a>',
            )
        )
    context = {"extension": extension, "examples": examples}
    return render(request, "sharing/badges.html", context)
