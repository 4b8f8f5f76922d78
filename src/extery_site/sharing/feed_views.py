"""The addresses of the feeds."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from extery.core import types
from extery_site.accounts.models import User
from extery_site.catalog.forms import BrowseForm, tags_in_use
from extery_site.catalog.models import Extension, Tag
from extery_site.sharing import feeds

_PATHS = {type_.path: type_ for type_ in types.TYPES}


@require_safe
def newest(request: HttpRequest) -> HttpResponseBase:
    """The newest extensions of all types."""
    return feeds.feed_response(
        request,
        title=f"New extensions on {settings.EXTERY_SITE_NAME}",
        path=reverse("catalog:browse"),
        entries=feeds.new_extensions(Extension.objects.browsable()),
    )


@require_safe
def updated(request: HttpRequest) -> HttpResponseBase:
    """The newest versions of all extensions."""
    return feeds.feed_response(
        request,
        title=f"New versions on {settings.EXTERY_SITE_NAME}",
        path=reverse("catalog:browse"),
        entries=feeds.new_versions(Extension.objects.browsable()),
    )


@require_safe
def of_type(request: HttpRequest, path: str) -> HttpResponseBase:
    """The newest extensions of a type."""
    if path not in _PATHS:
        raise Http404(f"Unknown type “{path}”.")
    type_ = _PATHS[path]
    return feeds.feed_response(
        request,
        title=f"New {type_.plural.lower()} on {settings.EXTERY_SITE_NAME}",
        path=reverse(f"catalog:{type_.path}"),
        entries=feeds.new_extensions(Extension.objects.browsable().of_type(type_.name)),
    )


@require_safe
def of_tag(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The newest extensions with a tag."""
    tag = Tag.objects.filter(slug=slug).first()
    if tag is None:
        raise Http404(f"Unknown tag “{slug}”.")
    return feeds.feed_response(
        request,
        title=f"{tag.name}: new extensions on {settings.EXTERY_SITE_NAME}",
        path=tag.get_absolute_url(),
        entries=feeds.new_extensions(Extension.objects.browsable().tagged(slug)),
    )


@require_safe
def of_author(request: HttpRequest, username: str) -> HttpResponseBase:
    """The newest versions of an author's extensions."""
    person = get_object_or_404(User, username__iexact=username, is_active=True)
    public = Extension.objects.browsable().filter(owner=person)
    return feeds.feed_response(
        request,
        title=f"{person.display_name} on {settings.EXTERY_SITE_NAME}",
        path=reverse("catalog:author", args=[person.username]),
        entries=feeds.new_versions(list(public.values_list("pk", flat=True))),
    )


@require_safe
def of_extension(request: HttpRequest, extension_id: str) -> HttpResponseBase:
    """The versions of a public extension; that of an unlisted one too, as its page is public."""
    extension = get_object_or_404(Extension.objects.public().with_id(extension_id))
    return feeds.feed_response(
        request,
        title=f"{extension.name} on {settings.EXTERY_SITE_NAME}",
        path=extension.get_absolute_url(),
        about=extension.tagline,
        entries=feeds.new_versions([extension.pk]),
    )


@require_safe
def of_search(request: HttpRequest) -> HttpResponseBase:
    """What a search finds, the newest first; its filters are those of the page."""
    data = {**request.GET.dict(), "sort": "newest", "exact": "1"}
    form = BrowseForm(data, tags=tags_in_use(""))
    keys = form.keys(Extension.objects.browsable())
    entries = feeds.in_order(keys[: feeds.MAX_ENTRIES])
    text = form.cleaned_data.get("q", "")
    query = request.GET.urlencode()
    return feeds.feed_response(
        request,
        title=f"“{text}” on {settings.EXTERY_SITE_NAME}" if text else "Search",
        path=f"{reverse('catalog:browse')}{'?' if query else ''}{query}",
        entries=entries,
    )
