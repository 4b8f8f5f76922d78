"""Admin pages of reports, their cases, and appeals; those about one's own things are left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import register
from django.db.models import Q

from extery_site.administration.base import Link, ReadOnlyAdmin, audit_link
from extery_site.administration.site import admin_site
from extery_site.reports.entries import OWNED_KINDS
from extery_site.reports.models import Appeal, Case, CaseEntry, Report


def own_cases(user: Any, *, prefix: str = "") -> Q:
    """Return the condition of cases about things of a user; see `concerned_people`."""
    owned = {f"{prefix}extension__owner": user, f"{prefix}kind__in": OWNED_KINDS}
    return Q(**{f"{prefix}person": user}) | Q(**owned)


@register(Case, site=admin_site)
class CaseAdmin(ReadOnlyAdmin):
    """Moderators decide cases on their pages."""

    list_display = ("title", "kind", "status", "person", "assigned_to", "created_at", "decided_by")
    list_filter = ("status", "kind")
    list_select_related = ("person", "assigned_to", "decided_by")
    search_fields = ("title", "person__username")
    date_hierarchy = "created_at"

    def withheld(self, user: Any) -> Q:
        return own_cases(user)

    def links(self, obj: Case) -> Iterable[Link]:
        yield Link("Decide…" if obj.is_open else "Page", obj.get_absolute_url())
        yield audit_link(action="case.", q=obj.title)


@register(Report, site=admin_site)
class ReportAdmin(ReadOnlyAdmin):
    """Reports of users, which belong to a case."""

    list_display = ("case", "reason", "by", "is_anonymous", "created_at", "withdrawn_at")
    list_filter = ("reason", "is_anonymous")
    list_select_related = ("case", "by")
    search_fields = ("case__title", "by__username", "text")
    date_hierarchy = "created_at"

    def withheld(self, user: Any) -> Q:
        return own_cases(user, prefix="case__")

    def links(self, obj: Report) -> Iterable[Link]:
        yield Link("Case", obj.case.get_absolute_url())


@register(CaseEntry, site=admin_site)
class CaseEntryAdmin(ReadOnlyAdmin):
    """The history of cases."""

    list_display = ("case", "kind", "by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("case", "by")
    search_fields = ("case__title", "by__username")
    date_hierarchy = "created_at"
    raw_id_fields = ("case", "by", "report")

    def withheld(self, user: Any) -> Q:
        return own_cases(user, prefix="case__")

    def links(self, obj: CaseEntry) -> Iterable[Link]:
        yield Link("Case", obj.case.get_absolute_url())


@register(Appeal, site=admin_site)
class AppealAdmin(ReadOnlyAdmin):
    """Another moderator than the one of the decision answers an appeal on its page."""

    list_display = ("title", "by", "status", "first_decided_by", "decided_by", "created_at")
    list_filter = ("status",)
    list_select_related = ("by", "first_decided_by", "decided_by")
    search_fields = ("title", "by__username")
    date_hierarchy = "created_at"

    def links(self, obj: Appeal) -> Iterable[Link]:
        yield Link("Answer…" if obj.is_open else "Page", obj.get_absolute_url())
        yield audit_link(action="appeal.", q=obj.title)
