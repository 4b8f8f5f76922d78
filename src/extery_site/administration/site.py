"""Django's admin with the rules of this site: its own sign-in, and readers that are staff."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from extery_site.accounts.models import User


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether a user may open the admin: active staff and superusers that are not suspended."""
    if not isinstance(user, User) or not user.is_active or user.is_suspended:
        return False
    return user.is_staff or user.is_superuser


class SiteAdmin(AdminSite):
    """The admin at ``/admin/``. Other users get 404, visitors the sign-in page of the site."""

    site_title = "Administration"
    index_title = "Administration"
    enable_nav_sidebar = False

    @property
    def site_header(self) -> str:  # type: ignore[override]
        """The name of the site."""
        return f"{settings.EXTERY_SITE_NAME}: administration"

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Return the view for staff only; others do not learn that there is a page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404("Staff only.")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to the sign-in page of the site."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404("Staff only.")
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the page that signs out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Lead to the page of the site."""
        return redirect("account_change_password")


admin_site = SiteAdmin()
