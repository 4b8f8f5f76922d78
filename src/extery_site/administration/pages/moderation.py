"""Admin pages of the review queue, saved replies and reserved ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import register
from django.db.models import Q
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse

from extery_site.administration.action_forms import ReplyForm, ReservedIdForm
from extery_site.administration.base import EditableAdmin, Link, ReadOnlyAdmin, audit_link
from extery_site.administration.site import admin_site, is_staff
from extery_site.moderation.models import (
    Answer,
    BlockRequest,
    Claim,
    CodeBlocking,
    Dispute,
    PackageDifference,
    QueueEntry,
    SavedReply,
    Task,
    TryAddress,
    Waiver,
)
from extery_site.moderation.replies import delete_reply
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import free_id
from extery_site.scanning.models import KnownBadFile
from extery_site.source_search.models import Search


class ActionAdmin(EditableAdmin):
    """A model that moderators among the staff change here by the actions of the site, which record it."""

    form: type[ModelForm[Any]]

    def may_edit(self, user: Any) -> bool:
        return bool(user.can_moderate)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user) and self.may_edit(request.user)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form, which performs the action as the member of the staff."""
        return type(
            "Form", (super().get_form(request, obj, change, **kwargs),), {"user": request.user}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the action of the form has stored it."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the action has recorded it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the action has recorded it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: the action has recorded it."""


@register(ReservedId, site=admin_site)
class ReservedIdAdmin(ActionAdmin):
    """Ids that cannot be published."""

    form = ReservedIdForm
    list_display = ("id_key", "reason", "by", "created_at")
    list_select_related = ("by",)
    search_fields = ("id_key", "reason", "by__username")
    date_hierarchy = "created_at"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # An id is freed and reserved again; the list needs no permission to change it.
        return obj is None and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("id_key", "reason") if obj is None else ("id_key", "reason", "by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("by", "created_at")

    def delete_model(self, request: HttpRequest, obj: ReservedId) -> None:
        free_id(reserved=obj, by=request.user)

    def links(self, obj: ReservedId) -> Iterable[Link]:
        yield Link("Page", reverse("publish:reserved"))
        yield audit_link(action="id.", q=obj.id_key)


@register(SavedReply, site=admin_site)
class SavedReplyAdmin(ActionAdmin):
    """Texts that moderators send often."""

    form = ReplyForm
    list_display = ("title", "changed_by", "changed_at")
    list_select_related = ("changed_by",)
    search_fields = ("title", "text")
    date_hierarchy = "changed_at"
    fields = ("title", "text", "changed_by", "changed_at")
    readonly_fields = ("changed_by", "changed_at")

    def delete_model(self, request: HttpRequest, obj: SavedReply) -> None:
        delete_reply(by=request.user, reply=obj)

    def links(self, obj: SavedReply) -> Iterable[Link]:
        yield Link("Page", reverse("moderation:replies"))
        yield audit_link(action="reply.", q=obj.title)


class OfVersionAdmin(ReadOnlyAdmin):
    """Something that belongs to a version, with a link to its review."""

    def links(self, obj: Any) -> Iterable[Link]:
        arguments = [obj.version.extension.extension_id, obj.version.number]
        yield Link("Review", reverse("moderation:version", args=arguments))


@register(QueueEntry, site=admin_site)
class QueueEntryAdmin(OfVersionAdmin):
    """The row of a version in the queue, which follows its events."""

    list_display = ("version", "side", "risk", "findings", "reports", "by_new_author")
    list_filter = ("side", "by_new_author")
    list_select_related = ("version__extension",)
    search_fields = ("version__extension__name", "version__extension__extension_id")
    ordering = ("-pk",)


@register(Claim, site=admin_site)
class ClaimAdmin(OfVersionAdmin):
    """Claims of moderators, which they start and end in the queue."""

    list_display = ("version", "by", "claimed_at", "expires_at", "end", "ended_at", "ended_by")
    list_filter = ("end",)
    list_select_related = ("version__extension", "by", "ended_by")
    search_fields = ("version__extension__extension_id", "by__username")
    date_hierarchy = "claimed_at"


@register(Task, site=admin_site)
class TaskAdmin(OfVersionAdmin):
    """Tasks of reviews; those not asked for yet are hidden from the owner, as on the review."""

    list_display = ("text", "version", "created_by", "created_at", "asked_at", "done_at")
    list_select_related = ("version__extension", "created_by")
    search_fields = ("text", "version__extension__extension_id", "created_by__username")
    date_hierarchy = "created_at"

    def withheld(self, user: Any) -> Q:
        own = Q(version__extension__owner=user) | Q(version__created_by=user)
        return Q(own, asked_at=None)


@register(TryAddress, site=admin_site)
class TryAddressAdmin(OfVersionAdmin):
    """Private addresses to try a version; what makes them secret is not shown."""

    list_display = ("version", "user", "created_at", "expires_at", "ended_at")
    list_select_related = ("version__extension", "user")
    search_fields = ("version__extension__extension_id", "user__username")
    date_hierarchy = "created_at"
    hidden = ("nonce",)


@register(BlockRequest, site=admin_site)
class BlockRequestAdmin(ReadOnlyAdmin):
    """Blocks that need a second moderator, who answers on the page of the block."""

    list_display = ("extension", "state", "asked_by", "asked_at", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("extension", "asked_by", "decided_by")
    search_fields = ("extension__extension_id", "asked_by__username")
    date_hierarchy = "asked_at"

    def links(self, obj: BlockRequest) -> Iterable[Link]:
        yield Link("Block…", reverse("moderation:block", args=[obj.extension.extension_id]))
        yield audit_link(extension=obj.extension.extension_id, action="block.")


@register(Waiver, site=admin_site)
class WaiverAdmin(ReadOnlyAdmin):
    """Findings that moderators have accepted, on the tab of findings."""

    list_display = ("code", "extension", "version_number", "by", "created_at")
    list_select_related = ("extension", "by")
    search_fields = ("code", "extension__extension_id", "by__username")
    date_hierarchy = "created_at"


@register(CodeBlocking, site=admin_site)
class CodeBlockingAdmin(ReadOnlyAdmin):
    """Codes of findings that moderators set to block or to inform, on the page with their precision."""

    list_display = ("code", "mode", "reason", "by", "changed_at")
    list_filter = ("mode",)
    list_select_related = ("by",)
    search_fields = ("code", "reason", "by__username")
    date_hierarchy = "changed_at"

    def links(self, obj: CodeBlocking) -> Iterable[Link]:
        yield Link("Page", f"{reverse('moderation:precision')}?code={obj.code}")
        yield audit_link(action="blocking.", q=obj.code)


@register(KnownBadFile, site=admin_site)
class KnownBadFileAdmin(ReadOnlyAdmin):
    """Files that no package may have; the page of the site adds and removes them."""

    list_display = ("sha256", "reason", "by", "created_at")
    list_select_related = ("by",)
    search_fields = ("sha256", "reason", "by__username")
    date_hierarchy = "created_at"

    def links(self, obj: KnownBadFile) -> Iterable[Link]:
        yield Link("Page", f"{reverse('scanning:known-bad')}?q={obj.sha256}")
        yield audit_link(action="known_bad.", q=obj.sha256)


@register(Dispute, site=admin_site)
class DisputeAdmin(OfVersionAdmin):
    """Findings that authors dispute, on the tab of findings."""

    list_display = ("version", "code", "state", "by", "decided_by", "created_at")
    list_filter = ("state",)
    list_select_related = ("version__extension", "by", "decided_by")
    search_fields = ("code", "version__extension__extension_id", "by__username")
    date_hierarchy = "created_at"


@register(Search, site=admin_site)
class SearchAdmin(ReadOnlyAdmin):
    """Searches over the sources; their owners change them on the pages of the source search."""

    list_display = ("query", "name", "owner", "kind", "state", "is_watched", "points", "used_at")
    list_filter = ("kind", "state", "is_watched")
    list_select_related = ("owner",)
    search_fields = ("query", "name", "owner__username")
    date_hierarchy = "created_at"


@register(Answer, site=admin_site)
class AnswerAdmin(ReadOnlyAdmin):
    """How long decisions took, for the statistics."""

    list_display = ("event", "kind", "seconds", "created_at")
    list_filter = ("kind",)
    list_select_related = ("event",)
    search_fields = ("event__extension__extension_id",)
    date_hierarchy = "created_at"


@register(PackageDifference, site=admin_site)
class PackageDifferenceAdmin(ReadOnlyAdmin):
    """Stored differences between packages, which are computed again when they are needed."""

    list_display = ("old_sha256", "new_sha256", "format", "computed_at")
    search_fields = ("old_sha256", "new_sha256")
    date_hierarchy = "computed_at"
    hidden = ("data",)
