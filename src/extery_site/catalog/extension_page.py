"""What all tabs of the page of an extension share: who sees which versions, the band, the facts and the tabs.

The tabs are pages with addresses of their own, in the app that knows most about them: `extension_context` gives each
of them the context of ``catalog/extension_base.html``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string

from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.get_button import GetButton, get_button
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.my_blender import PLATFORM_HEADERS, MyBlender, read_my_blender
from extery_site.catalog.offers import offered_to_all
from extery_site.catalog.subjects import extension_subject
from extery_site.notify.actions import is_following
from extery_site.statistics import chart
from extery_site.statistics.queries import weekly_downloads
from extery_site.ui.labels import contents_title


class Tab(NamedTuple):
    """A tab: the name of its view, its title, and what it counts."""

    view: str
    title: str
    url: str
    number: int | None = None


class Evidence(NamedTuple):
    """What is known about an extension in the Blender of the visitor; ``kind`` selects the glyph."""

    kind: str
    words: str


@dataclass(frozen=True)
class PageFacts:
    """What other apps know about the version that the page shows: the result of ``EXTENSION_FACTS``."""

    #: Whether its code was read; if not, only what the author declares is known.
    is_analysed: bool = False
    #: Permissions that its code uses and the author does not declare.
    only_found: tuple[str, ...] = ()
    #: How many things it adds to Blender; ``None`` if that is not known.
    number_of_things: int | None = None
    evidence: Evidence | None = None


@dataclass
class ExtensionPage:
    """An extension with the versions that the visitor may see, the newest first."""

    request: HttpRequest
    extension: Extension
    versions: list[Version]
    mine: MyBlender = field(init=False)

    def __post_init__(self) -> None:
        self.mine = read_my_blender(self.request)

    @property
    def approved(self) -> list[Version]:
        return [one for one in self.versions if one.status == Version.Status.APPROVED]

    @property
    def offered(self) -> list[Version]:
        """The public versions that everyone is offered: those of the stable channel, or beta versions without any."""
        return offered_to_all(self.approved)

    @property
    def unapproved(self) -> list[Version]:
        """Versions that are not public yet, or no longer; without those that everyone sees as blocked or withdrawn."""
        past = {Version.Status.APPROVED, *PAST}
        return [one for one in self.versions if one.status not in past]

    @property
    def version(self) -> Version | None:
        """The version that the page shows: the newest public one, otherwise the newest."""
        newest = self.extension.newest_version_id
        found = next((one for one in self.approved if one.pk == newest), None)
        return found or next(iter(self.unapproved), None)

    def chosen_version(self) -> Version | None:
        """Return the version of ``?version=``, otherwise the one that the page shows.

        Raises `Http404` for a number that the visitor may not see, or that does not exist.
        """
        number = self.request.GET.get("version", "")
        if not number:
            return self.version
        found = next((one for one in self.versions if one.number == number), None)
        if found is None:
            raise Http404(f"There is no version “{number[:40]}” of this extension.")
        return found

    @property
    def is_owner(self) -> bool:
        return self.extension.is_owned_by(self.request.user)

    @property
    def sees_all(self) -> bool:
        """Whether the visitor is its owner or a moderator."""
        return self.is_owner or may_moderate(self.request.user)


#: Statuses of versions that were public and are shown to everyone, without a download.
PAST = frozenset({Version.Status.BLOCKED, Version.Status.UNPUBLISHED})


def find_extension(request: HttpRequest, extension_id: str) -> Extension:
    """Return the extension with an id, ignoring case, that the visitor may see; raises `Http404`."""
    related = ("owner", "image", "newest_version", "replacement")
    visible = Extension.objects.visible_to(request.user).select_related(*related)
    visible = visible.prefetch_related("tags")
    return get_object_or_404(visible.with_id(extension_id))


def open_page(request: HttpRequest, extension: Extension) -> ExtensionPage:
    """Return the page of an extension with the versions that the visitor may see, in two queries."""
    return ExtensionPage(request, extension, visible_versions(request, extension))


def visible_versions(request: HttpRequest, extension: Extension) -> list[Version]:
    """Return the versions that are public or were; for the owner and moderators, all. Newest first."""
    versions = Version.objects.filter(extension=extension).with_packages().newest_first()
    if not (extension.is_owned_by(request.user) or may_moderate(request.user)):
        shown = [Version.Status.APPROVED, Version.Status.COOLING_DOWN, *PAST]
        versions = versions.filter(status__in=shown)
    found = list(versions)
    for version in found:
        version.extension = extension
        for package in version.packages.all():
            package.version = version
    return found


def own_address(
    request: HttpRequest, extension: Extension, extension_id: str
) -> HttpResponse | None:
    """Return a redirect to the address with the id as its owner writes it, if it was asked for in another case."""
    if extension.extension_id == extension_id or request.method not in {"GET", "HEAD"}:
        return None
    match = request.resolver_match
    assert match is not None
    values = match.kwargs | {"extension_id": extension.extension_id}
    query = request.META.get("QUERY_STRING", "")
    address = reverse(match.view_name, kwargs=values)
    return redirect(f"{address}?{query}" if query else address, permanent=True)


def extension_context(page: ExtensionPage, tab: str) -> dict[str, Any]:
    """Return the context of the band, the facts and the tabs; ``tab`` is the name of the view of the current one."""
    extension, version = page.extension, page.version
    offered = page.offered or page.unapproved[:1]
    weeks = weekly_downloads(extension) if extension.is_public else []
    facts: PageFacts = import_string(settings.EXTENSION_FACTS)(page)
    button = get_button(extension, offered, page.mine, page.request)
    return {
        "extension": extension,
        "version": version,
        "mine": page.mine,
        "get": button,
        "facts": facts,
        "downloads_this_week": weeks[-1] if weeks else 0,
        "weeks_line": chart.line(weeks) if any(weeks) else "",
        "fact_package": _package_of(button, version),
        "tabs": _tabs(page, facts),
        "tab": tab,
        "unapproved": page.unapproved,
        "coming": [one for one in page.unapproved if one.public_at is not None],
        "number_of_versions": len(page.approved),
        "may_edit": page.is_owner,
        "may_moderate": may_moderate(page.request.user),
        "is_following": is_following(page.request.user, extension_subject(extension).key),
        "blocked_at": _blocked_at(extension),
    }


def render_tab(
    page: ExtensionPage, template: str, tab: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a tab. The response depends on the browser's system, from which the button is chosen."""
    values = extension_context(page, tab) | context
    response = render(page.request, template, values, status=status)
    patch_vary_headers(response, PLATFORM_HEADERS)
    return response


def _package_of(button: GetButton | None, version: Version | None) -> Any:
    """Return the package whose size the facts show: the one of the button, otherwise the first."""
    if button is not None and button.offer is not None:
        return button.offer.package
    return next(iter(version.packages.all()), None) if version is not None else None


def _tabs(page: ExtensionPage, facts: PageFacts) -> Sequence[Tab]:
    extension = page.extension

    def tab(view: str, title: str, number: int | None = None) -> Tab:
        return Tab(view, title, reverse(view, args=[extension.extension_id]), number)

    return [
        tab("catalog:extension", "Overview"),
        tab("scanning:does", contents_title(extension.type), facts.number_of_things),
        tab("scanning:compatibility", "Compatibility"),
        tab("catalog:versions", "Versions", len(page.approved) or None),
        tab("source_pages:code", "Code"),
        tab("ratings:list", "Ratings", extension.rating_count or None),
        tab("moderation:log", "Review log"),
    ]


def _blocked_at(extension: Extension) -> Any:
    if not extension.is_blocked:
        return None
    blocks = Event.objects.filter(
        extension=extension, kind__in=(Event.Kind.BLOCKED, Event.Kind.SCAN_BLOCKED)
    )
    return blocks.order_by("-pk").values_list("created_at", flat=True).first()
