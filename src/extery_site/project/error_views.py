"""The views for Django's error statuses, and the page that explains a problem code."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from extery.core import codes
from extery.core.errors import InvalidInput, NotFound, Refused, Unavailable
from extery.core.files import format_size
from extery_site.project.problems import problem_response

logger = logging.getLogger(__name__)


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a problem code means; the ``type`` of problem details is the URL of this page."""
    try:
        entry = codes.find(code)
    except (KeyError, ImportError):
        raise Http404(code) from None
    return render(request, "problem_code.html", {"code": code, "entry": entry})


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle Django's status 400."""
    if isinstance(exception, RequestDataTooBig):
        max_size = format_size(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        error = InvalidInput.of("request.too-large", variant="form", max_size=max_size)
    else:
        error = InvalidInput.of("request.bad-value", variant="malformed")
    return problem_response(request, error)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """Handle Django's status 403, from `PermissionDenied`."""
    return problem_response(request, Refused.of("permission.moderator-only", variant="page"))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """Handle Django's status 404."""
    return problem_response(request, NotFound.of("request.not-found", path=request.path))


@requires_csrf_token
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  as the others
    """Handle the rate limits of django-allauth, which count per minute."""
    return problem_response(request, Refused.of("request.rate-limited", retry_after=60))


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Handle Django's status 500; falls back to plain text if the page cannot be rendered."""
    error = Unavailable.of("request.server-error")
    try:
        return problem_response(request, error)
    except Exception:
        logger.exception("the error page could not be rendered")
        return HttpResponse(str(error), status=500, content_type="text/plain; charset=utf-8")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django names it
    """Respond to a form without a valid CSRF token."""
    return problem_response(request, Refused.of("request.csrf-failed"))
