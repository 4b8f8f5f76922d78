"""The sitemap: an index and files with a bounded number of addresses, so that none exceeds 50,000 or 50 MB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil
from urllib.parse import quote

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from extery.core.types import TYPES
from extery_site.accounts.models import User
from extery_site.catalog.forms import tags_in_use
from extery_site.catalog.models import Extension, ExtensionQuerySet
from extery_site.sharing.responses import public_response
from extery_site.ui.addresses import absolute

MEDIA_TYPE = "application/xml; charset=utf-8"
#: Addresses of a file: about 1 MB.
PAGE_SIZE = 5_000
#: Files of the index.
MAX_FILES = 50_000
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_LIFETIME = 3600
#: Pages without a row: names of their addresses.
_PAGES = ("catalog:home", "catalog:browse", "catalog:use", "moderation:blocks", "transparency:page")

Address = tuple[str, datetime | None]


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """List the files of the sitemap."""
    files = [
        f"{name}-{number}"
        for name, count in (("extensions", _extensions().count()), ("people", _people().count()))
        for number in range(1, ceil(count / PAGE_SIZE) + 1)
    ]
    paths = [reverse("sharing:sitemap-file", args=[name]) for name in ["pages", *files][:MAX_FILES]]
    return _response(request, "sitemapindex", "sitemap", [(path, None) for path in paths])


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """List the addresses of one file: ``pages``, ``extensions-1`` …"""
    kind, _, number = name.partition("-")
    if kind == "pages":
        return _response(request, "urlset", "url", _pages())
    start = (int(number) - 1) * PAGE_SIZE
    rows = _extension_addresses(start) if kind == "extensions" else _people_addresses(start)
    if start < 0 or not rows:
        raise Http404(name)
    return _response(request, "urlset", "url", rows)


def _extensions() -> ExtensionQuerySet:
    return Extension.objects.browsable().order_by("pk")


def _people() -> QuerySet[User]:
    published = Extension.objects.browsable().filter(owner=OuterRef("pk"))
    return User.objects.filter(Exists(published), is_active=True).order_by("pk")


def _pages() -> list[Address]:
    names = [*_PAGES, *(f"catalog:{type_.path}" for type_ in TYPES)]
    tags: list[Address] = [(tag.get_absolute_url(), None) for tag in tags_in_use()]
    return [*((reverse(name), None) for name in names), *tags][:PAGE_SIZE]


def _extension_addresses(start: int) -> list[Address]:
    columns = ("extension_id", "published_at", "newest_version__approved_at")
    rows = _extensions().values_list(*columns)[start : start + PAGE_SIZE]
    # Looking up the address of each would take most of the time.
    page = reverse("catalog:extension", args=["-"]).replace("/-/", "//")
    return [
        (page.replace("//", f"/{quote(id_)}/"), max(filter(None, times), default=None))
        for id_, *times in rows
    ]


def _people_addresses(start: int) -> list[Address]:
    names = _people().values_list("username", flat=True)[start : start + PAGE_SIZE]
    return [(reverse("catalog:author", args=[name]), None) for name in names]


def _response(
    request: HttpRequest, root: str, element: str, addresses: Iterable[Address]
) -> HttpResponseBase:
    text = "\n".join(_lines(request, root, element, addresses))
    return public_response(request, text.encode(), MEDIA_TYPE, lifetime=_LIFETIME)


def _lines(
    request: HttpRequest, root: str, element: str, addresses: Iterable[Address]
) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<{root} xmlns="{_SPACE}">'
    for path, changed_at in addresses:
        changed = f"<lastmod>{changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if changed_at else ""
        yield f"<{element}><loc>{escape(absolute(request, path))}</loc>{changed}</{element}>"
    yield f"</{root}>\n"
