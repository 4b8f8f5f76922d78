"""What a page tells search engines and other sites about an extension: JSON-LD (schema.org) and its feeds.

Model instances are plain objects here: this module imports no app.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from extery.core import licenses
from extery.core.invisible import show_invisible
from extery_site.ui.addresses import absolute

#: Ratings before which the average says little, so that it is not passed on.
MIN_RATINGS = 5
#: What could end the element or begin another one, and line ends of JavaScript.
_ESCAPES = {ord(c): f"\\u{ord(c):04X}" for c in "<>&\u2028\u2029"}


class Feed(NamedTuple):
    """A link to a feed, for programs that look for it."""

    title: str
    url: str


def software(request: HttpRequest, extension: Any) -> dict[str, Any]:
    """Return a public extension as a ``SoftwareApplication`` of schema.org; needs its owner and newest version."""
    version = extension.newest_version
    url = absolute(request, extension.get_absolute_url())
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "@id": url,
        "url": url,
        "name": show_invisible(extension.name),
        "description": show_invisible(extension.tagline),
        "applicationCategory": "MultimediaApplication",
        "applicationSubCategory": f"Blender {extension.get_type_display().lower()}",
        "author": {
            "@type": "Person",
            "name": extension.owner.display_name,
            "url": absolute(request, reverse("catalog:author", args=[extension.owner.username])),
        },
        "offers": {"@type": "Offer", "price": "0", "priceCurrency": "EUR"},
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": {"@type": "DownloadAction"},
            "userInteractionCount": extension.download_count,
        },
    }
    if extension.published_at is not None:
        found["datePublished"] = extension.published_at.date().isoformat()
    if version is not None:
        found["softwareVersion"] = version.number
        found["softwareRequirements"] = f"Blender {version.blender_range_text}"
        pages = [licenses.license_page_url(one) for one in version.license]
        if pages := [page for page in pages if page]:
            found["license"] = pages[0]
        if version.approved_at is not None:
            found["dateModified"] = version.approved_at.date().isoformat()
    if extension.rating_score is not None and extension.rating_count >= MIN_RATINGS:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(extension.rating_score, 1),
            "ratingCount": extension.rating_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return found


def script_json(value: dict[str, Any]) -> SafeString:
    """Return JSON for a ``script`` element, which nothing in it can end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308  escaped for this place


def feeds_of_page(request: HttpRequest, context: Any) -> list[Feed]:
    """Return the feeds about what a page shows, the closest one first."""
    site = settings.EXTERY_SITE_NAME
    match = request.resolver_match
    name = match.view_name if match is not None else ""
    general = [
        Feed(f"New extensions on {site}", reverse("sharing:newest")),
        Feed(f"New versions on {site}", reverse("sharing:updated")),
    ]
    if name == "catalog:home":
        return general
    query = {key: value for key, value in request.GET.items() if value and key not in _NOT_OF_FEEDS}
    if extension := public_extension(context):
        url = reverse("sharing:of-extension", args=[extension.extension_id])
        return [Feed(f"Versions of {show_invisible(extension.name)}", url)]
    if name == "catalog:browse":
        if not query:
            return general
        return [Feed("This search", f"{reverse('sharing:of-search')}?{urlencode(query)}")]
    if name == "catalog:tag" and match is not None:
        url = reverse("sharing:of-tag", args=[match.kwargs["slug"]])
        return [Feed("New extensions with this tag", url)]
    if name == "catalog:author" and match is not None:
        url = reverse("sharing:of-author", args=[match.kwargs["username"]])
        return [Feed("New versions of this author", url)]
    if match is not None and "type_" in match.kwargs and name.startswith("catalog:"):
        url = reverse("sharing:of-type", args=[name.removeprefix("catalog:")])
        return [Feed("New ones of this type", url)]
    return []


#: Parts of a query that change how a page shows its results, not which.
_NOT_OF_FEEDS = {"page", "sort", "exact"}


def public_extension(context: Any) -> Any:
    """Return the extension that a page is about, if everyone may read it and pages list it."""
    extension = context.get("extension")
    if extension is None or not getattr(extension, "is_public", False) or extension.is_unlisted:
        return None
    match = context["request"].resolver_match
    return extension if match is not None and match.view_name.startswith("catalog:") else None
