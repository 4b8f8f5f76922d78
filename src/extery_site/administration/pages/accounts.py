"""Admin pages of users, their e-mail addresses, tokens, suspensions and hidden profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin import register
from django.http import HttpRequest
from django.urls import reverse

from extery_site.accounts.models import ApiToken, HiddenProfile, Suspension, User
from extery_site.accounts.roles import ROLES, set_role
from extery_site.administration.base import EditableAdmin, Link, ReadOnlyAdmin, audit_link
from extery_site.administration.site import admin_site


@register(User, site=admin_site)
class UserAdmin(EditableAdmin):
    """Superusers change name, description, roles, and whether the account is active."""

    list_display = ("username", "full_name", "email", "date_joined", "last_login", "is_active")
    list_filter = ("is_active", *ROLES)
    search_fields = ("username", "full_name", "email")
    date_hierarchy = "date_joined"
    ordering = ("-date_joined", "-pk")
    fields = (
        *("username", "email", "full_name", "about", "is_active", *ROLES),
        *("suspended_until", "date_joined", "last_login"),
    )
    #: What is changed elsewhere: by the user, by a suspension, or by signing in. A name or text that was
    #: loaded before a moderator hid it must not be stored again.
    fixed = (
        *("username", "email", "full_name", "about"),
        *("suspended_until", "date_joined", "last_login"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # No one can lock themselves out.
        own = ("is_active", "is_superuser") if obj == request.user else ()
        return (*self.fixed, *own)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Set roles through their action, and store the other fields."""
        changed = set(form.changed_data)
        assert isinstance(request.user, User)
        for role in changed & ROLES.keys():
            granted = getattr(obj, role)
            set_role(user=obj, role=role, granted=granted, by=request.user)
        if rest := changed - ROLES.keys():
            obj.save(update_fields=sorted(rest))

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Return the changed fields without roles, which have rows of their own."""
        form.changed_data = [name for name in form.changed_data if name not in ROLES]
        return super().construct_change_message(request, form, formsets, add)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        obj.deleted_by = request.user  # type: ignore[misc,assignment]
        obj.delete()

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: the deletion of an account has a row, whatever deletes it."""

    def links(self, obj: User) -> Iterable[Link]:
        yield Link("Profile", reverse("catalog:author", args=[obj.username]))
        if not obj.can_moderate:
            label = "Suspension" if obj.is_suspended else "Suspend…"
            yield Link(label, reverse("reports:suspension", args=[obj.username]))
        yield audit_link(person=obj.username)


@register(EmailAddress, site=admin_site)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Addresses are confirmed by their mails and managed by their users."""

    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email", "user__username")


@register(ApiToken, site=admin_site)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Users create and revoke their tokens; the hash of the secret is not shown."""

    list_display = (
        "name",
        "user",
        "prefix",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("ended_with_password",)
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    date_hierarchy = "created_at"
    hidden = ("secret_hash",)


@register(Suspension, site=admin_site)
class SuspensionAdmin(ReadOnlyAdmin):
    """Moderators suspend users and lift suspensions on the page of the user."""

    list_display = ("user", "by", "created_at", "ends_at", "lifted_at", "lifted_by")
    list_select_related = ("user", "by", "lifted_by")
    search_fields = ("user__username", "by__username", "reason")
    date_hierarchy = "created_at"

    def links(self, obj: Suspension) -> Iterable[Link]:
        yield Link("Suspension", reverse("reports:suspension", args=[obj.user.username]))
        yield audit_link(person=obj.user.username, action="account.")


@register(HiddenProfile, site=admin_site)
class HiddenProfileAdmin(ReadOnlyAdmin):
    """Moderators hide and show profiles on the page of the user."""

    list_display = ("user", "hidden_by", "hidden_at", "changed_at")
    list_select_related = ("user", "hidden_by")
    search_fields = ("user__username", "hidden_by__username", "reason")
    date_hierarchy = "hidden_at"

    def links(self, obj: HiddenProfile) -> Iterable[Link]:
        yield Link("Hidden profile", reverse("reports:profile", args=[obj.user.username]))
        yield audit_link(person=obj.user.username, action="account.")
