"""The page of the audit log and its exports, for moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from extery_site.accounts.models import User
from extery_site.accounts.permissions import require_moderator
from extery_site.administration.audit_labels import all_actions, grouped_actions, icon_of
from extery_site.audit.export import FORMATS
from extery_site.audit.models import AuditEntry
from extery_site.audit.queries import AuditFilter, Cursor, find_page, stream
from extery_site.catalog.models import Extension, normalize_id

PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    """An entry with what the page shows of it."""

    entry: AuditEntry
    label: str
    icon: str
    actor_is_deleted: bool
    person_is_deleted: bool
    path: str

    @property
    def actor(self) -> str:
        """Who did it: a user name, or who it was without one."""
        if self.entry.actor_name:
            return self.entry.actor_name
        is_report = self.entry.action in ("case.reported", "case.added")
        return "Without a name" if is_report else "The site"

    @property
    def text(self) -> str:
        """The text of the entry in one line."""
        return " ".join(self.entry.text.split())


def read_filter(request: HttpRequest) -> AuditFilter:
    """Return the filter of the query; the id of an extension may be in any form."""
    query = {name: request.GET.get(name, "") for name in request.GET}
    query["extension"] = normalize_id(query.get("extension", ""))
    return AuditFilter.of(query)


def reader_of(moderator: User) -> int | None:
    """Return the key of the moderator, from whom entries about their own things are withheld.

    ``None`` where the site lets moderators decide about their own things.
    """
    return None if settings.EXTERY_OWN_DECISIONS else moderator.pk


@login_required
@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """Show the audit log, newest first."""
    moderator = require_moderator(request.user)
    wanted = read_filter(request)
    after = Cursor.parse(request.GET.get("after", ""))
    page, older = find_page(wanted, reader=reader_of(moderator), size=PAGE_SIZE, after=after)
    context = {
        "rows": rows_of(page),
        "older": older,
        "is_first": after is None,
        "wanted": wanted,
        "groups": grouped_actions(),
        "today": timezone.localdate(),
    }
    return render(request, "administration/audit.html", context)


@login_required
@require_safe
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send all entries of the filter, row by row."""
    moderator = require_moderator(request.user)
    if name not in FORMATS:
        raise Http404("Unknown format.")
    media_type, lines = FORMATS[name]
    entries = stream(read_filter(request), reader=reader_of(moderator))
    file = f"audit-log-{timezone.localdate():%Y-%m-%d}.{name}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines(entries), content_type=media_type, headers=headers)


def rows_of(page: Sequence[AuditEntry]) -> list[Row]:
    """Return what the page shows, in two queries: which users and extensions still exist."""
    users = {pk for entry in page for pk in (entry.actor_id, entry.person_id) if pk is not None}
    present = set(User.objects.filter(pk__in=users).values_list("pk", flat=True))
    keys = {entry.extension_key for entry in page} - {""}
    listed = Extension.objects.filter(id_key__in=keys).exclude(status=Extension.Status.DELETED)
    extensions = set(listed.values_list("id_key", flat=True))
    names = all_actions()
    return [
        Row(
            entry=entry,
            label=names.get(entry.action, entry.action),
            icon=icon_of(entry.action),
            actor_is_deleted=entry.actor_id is not None and entry.actor_id not in present,
            person_is_deleted=entry.person_id is not None and entry.person_id not in present,
            path=entry.path if _exists(entry, extensions, present) else "",
        )
        for entry in page
    ]


def _exists(entry: AuditEntry, extensions: set[str], users: set[int]) -> bool:
    """Whether the page of an entry still exists."""
    if entry.path.startswith("/extensions/"):
        return entry.extension_key in extensions
    return not entry.path.startswith("/people/") or entry.person_id in users
