"""Files for programs at fixed addresses: robots.txt and those below /.well-known/."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from extery_site.ui.addresses import absolute

SECURITY_PATH = "/.well-known/security.txt"
#: RFC 9116 recommends less than a year.
_SECURITY_LIFETIME = timedelta(days=180)
_CACHE_DAY = "public, max-age=86400"
#: Paths without content for search engines.
_NOT_INDEXED = (
    "/account/",
    "/admin/",
    "/api/",
    "/download/",
    "/mine/",
    "/notifications/",
    "/publish/",
    "/queue/",
    "/report/",
    "/reports/",
    "/staff/",
    "/try/",
)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Respond with the rules for search engines."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_INDEXED), "Allow: /"]
    lines += ["", f"Sitemap: {absolute(request, reverse('sharing:sitemap'))}"]
    return _text(lines)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Respond with security.txt (RFC 9116), or 404 without EXTERY_SECURITY_CONTACT."""
    if not settings.EXTERY_SECURITY_CONTACT:
        raise Http404(SECURITY_PATH)
    expires = (timezone.now() + _SECURITY_LIFETIME).replace(minute=0, second=0, microsecond=0)
    return _text(
        [
            f"Contact: {settings.EXTERY_SECURITY_CONTACT}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: en",
            f"Canonical: {absolute(request, SECURITY_PATH)}",
        ]
    )


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django passes it
    """Redirect password managers to the page where users change their password."""
    return redirect("account_change_password")


def _text(lines: list[str]) -> HttpResponse:
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = _CACHE_DAY
    return response
