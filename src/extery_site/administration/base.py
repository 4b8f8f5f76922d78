"""The bases of all admin pages: reading for staff, and changes that are written to the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.db.models import Model, Q, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.administration.site import is_staff
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry


class Link(NamedTuple):
    """A link to the page of the site where something is shown or done."""

    label: str
    url: str


def audit_link(**query: str) -> Link:
    """Return the link to the rows of the audit log with this filter."""
    return Link("Audit log", f"{reverse('administration:audit')}?{urlencode(query)}")


class ReadOnlyAdmin(ModelAdmin[Any]):
    """A model that staff reads. What changes it is a page of the site, to which `links` leads."""

    actions = None
    list_per_page = 50
    # Counts all rows of a table a second time.
    show_full_result_count = False
    #: Fields that are not shown, such as secrets.
    hidden: ClassVar[Sequence[str]] = ()

    @property
    def media(self) -> Media:
        """No scripts: no page needs one."""
        return Media()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows; those about reports of things of one's own are left out, as on the pages."""
        rows = super().get_queryset(request)
        own = self.withheld(request.user)
        return rows if own is None or settings.EXTERY_OWN_DECISIONS else rows.exclude(own)

    def withheld(self, user: Any) -> Q | None:
        """Return the condition of the rows that ``user`` may not read."""
        return None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return all columns except hidden ones, also those that no form has."""
        if self.fields or not self.has_view_or_change_permission(request, obj):
            return super().get_fields(request, obj)
        many = [field.name for field in self.opts.many_to_many]
        columns = [field.name for field in self.opts.concrete_fields]
        return [name for name in [*columns, *many] if name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self.readonly_fields:
            return self.readonly_fields
        return list(self.get_fields(request, obj))

    def links(self, obj: Any) -> Iterable[Link]:
        """Return the links to the pages of the site about a row."""
        return ()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        context["links"] = [] if obj is None else list(self.links(obj))
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Lead to the audit log, which has the history of everything."""
        return redirect("administration:audit")


class EditableAdmin(ReadOnlyAdmin):
    """A model that superusers change in the admin; each change is a row of the audit log."""

    def may_edit(self, user: Any) -> bool:
        """Whether a member of the staff may change rows."""
        return bool(user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request.user) and self.may_edit(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request.user) and self.may_edit(request.user)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record it in the audit log instead of Django's."""
        self._record(Action.ADMIN_ADDED, request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record it in the audit log instead of Django's."""
        if message:
            self._record(Action.ADMIN_CHANGED, request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Record each one in the audit log instead of Django's."""
        for obj in queryset:
            self._record(Action.ADMIN_DELETED, request, obj, [])

    def _record(self, action: Action, request: HttpRequest, obj: Model, message: Any) -> None:
        # A change is [{"changed": {"fields": [labels]}}].
        parts = message if isinstance(message, list) else []
        fields = [name for part in parts for name in part.get("changed", {}).get("fields", [])]
        write_entry(
            action,
            by=request.user,
            person=obj if isinstance(obj, User) else None,
            subject=f"{self.opts.verbose_name}: {obj}",
            details={"fields": fields} if fields else {},
        )
