"""The views for Django's error statuses, and the page that explains a problem code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from extery.core.codes.explanation import explain
from extery.core.errors import InvalidInput, NotFound, Refused, Unavailable
from extery.core.files import format_size
from extery_site.project.problems import problem_response

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
#: What reading an unacceptable query or form raises, each time again.
_UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError, OSError)


def _error_view(view: View) -> View:
    """Decorate a view that handles an error: it sees a query and a form that it can read.

    Otherwise the error page of a request with a thousand fields, or with a form in an unknown
    encoding, would fail for the same reason as the request.
    """
    with_token = requires_csrf_token(view)

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            request.GET  # noqa: B018  raises
        except _UNREADABLE:
            request.GET = QueryDict()
        try:
            request.POST  # noqa: B018  raises
        except _UNREADABLE:
            request.POST = QueryDict()
            request._files = MultiValueDict()  # type: ignore[attr-defined]  # noqa: SLF001  has no setter
        return with_token(request, *arguments, **options)

    return wrapped


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a problem code means; the ``type`` of problem details is the URL of this page."""
    try:
        explained = explain(code)
    except (KeyError, ImportError):
        raise Http404(code) from None
    # Imported here: a site that starts needs no rules.
    from extery.rules import documentation
    from extery.rules.examples import example_parts

    bad, good = map(example_parts, documentation.examples_of(code))
    # What both have does not matter, unless nothing else is left.
    shown = [
        [part for part in parts if part not in other] or parts
        for parts, other in ((bad, good), (good, bad))
    ]
    examples = zip(documentation.EXAMPLE_TITLES, shown, strict=True)
    context = {
        "code": code,
        "entry": explained,
        "guideline": documentation.guideline_of(code),
        "examples": [(title, parts) for title, parts in examples if parts],
        "is_checked": code in documentation.checked_codes(),
        "is_for_authors": code in documentation.codes_for_authors(),
    }
    return render(request, "problem_code.html", context)


@_error_view
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handle Django's status 400."""
    if isinstance(exception, RequestDataTooBig):
        max_size = format_size(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        error = InvalidInput.of("request.too-large", variant="form", max_size=max_size)
    else:
        error = InvalidInput.of("request.bad-value", variant="malformed")
    return problem_response(request, error)


@_error_view
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """Handle Django's status 403, from `PermissionDenied`."""
    return problem_response(request, Refused.of("permission.moderator-only", variant="page"))


@_error_view
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """Handle Django's status 404."""
    return problem_response(request, NotFound.of("request.not-found", path=request.path))


@_error_view
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  as the others
    """Handle the rate limits of django-allauth, which count per minute."""
    return problem_response(request, Refused.of("request.rate-limited", retry_after=60))


@_error_view
def server_error(request: HttpRequest) -> HttpResponse:
    """Handle Django's status 500; falls back to plain text if the page cannot be rendered."""
    error = Unavailable.of("request.server-error")
    try:
        return problem_response(request, error)
    except Exception:
        logger.exception("the error page could not be rendered")
        return HttpResponse(str(error), status=500, content_type="text/plain; charset=utf-8")


@_error_view
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django names it
    """Respond to a form without a valid CSRF token."""
    return problem_response(request, Refused.of("request.csrf-failed"))
