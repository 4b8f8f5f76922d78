"""Errors on their way out: HTTP status, problem details (RFC 9457) for programs, pages for people."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import select_template
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from extery.core import codes
from extery.core.errors import (
    Conflict,
    Corrupt,
    ExteryError,
    Incompatible,
    InvalidInput,
    NotFound,
    Problem,
    Refused,
    Unavailable,
)
from extery.core.files import human_size

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

#: The family of an error gives its status, where the code does not say otherwise.
STATUS_OF_FAMILY: tuple[tuple[type[ExteryError], int], ...] = (
    (InvalidInput, 422),
    (Incompatible, 409),
    (Conflict, 409),
    (Refused, 403),
    (NotFound, 404),
    (Corrupt, 500),
    (Unavailable, 503),
)
STATUS_OF_CODE = {
    "upload.too-large": 413,
    "image.too-large": 413,
    "request.too-large": 413,
    # The site's fault, and a state in which nothing can be decided.
    "review.package-damaged": 409,
    "request.bad-value": 400,
    "request.not-json": 400,
    "request.method": 405,
    "request.too-many": 429,
    "request.failed": 500,
    "account.sign-in": 401,
    "account.token-unknown": 401,
}


def status_of(error: ExteryError) -> int:
    """The HTTP status that says what happened."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for kind, status in STATUS_OF_FAMILY if isinstance(error, kind)), 500)


def details(error: ExteryError, *, instance: str = "") -> dict[str, Any]:
    """The problem details object: the members of RFC 9457, and ``problems`` with all of them."""
    return {
        "type": f"/problems/{error.code}/",
        "title": codes.find(error.code).title,
        "status": status_of(error),
        "detail": next((p.message for p in error.problems if p.is_error), str(error)),
        "instance": instance,
        "problems": [problem.as_dict() for problem in error.problems],
    }


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks: anything below /api/, or who prefers JSON to HTML."""
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json", MEDIA_TYPE]) not in {
        "text/html",
        None,
    }


def respond(request: HttpRequest, error: ExteryError) -> HttpResponse:
    """The answer for an error, in the form that whoever asked can read."""
    status = status_of(error)
    response = (
        JsonResponse(details(error, instance=request.path), status=status, content_type=MEDIA_TYPE)
        if wants_json(request)
        else _page(request, error, status)
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="extery"'
    if not request.path.startswith("/api/"):
        patch_vary_headers(response, ["Accept"])
    return response


def _page(request: HttpRequest, error: ExteryError, status: int) -> HttpResponse:
    problems: Sequence[Problem] = error.problems
    context = {
        "status": status,
        "title": codes.find(error.code).title,
        "problems": problems,
        "code": error.code,
        "exception": error,
    }
    template = select_template([f"{status}.html", "problem.html"])
    return HttpResponse(template.render(context, request), status=status)


class AnswerErrors:
    """Turns an `ExteryError` that a view let through into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return respond(
                request,
                InvalidInput.of(
                    "request.bad-value",
                    "the address contains NUL (%00)",
                    hint="remove %00 from the address",
                ),
            )
        response = self.get_response(request)
        if response.status_code == 405 and wants_json(request):
            return _method_not_offered(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this when a view raised."""
        if isinstance(error, DatabaseError):
            return respond_to_database_error(request, error)
        if not isinstance(error, ExteryError):
            return None
        if status_of(error) >= 500:
            logger.error("%s %s: %s", request.method, request.path, error, exc_info=error)
        return respond(request, error)


def respond_to_database_error(request: HttpRequest, error: DatabaseError) -> HttpResponse | None:
    """The answer where the database refused a statement; ``None`` for a fault of the program.

    The actions check what they store: this is for values that they let through, for two
    requests that store the same at one moment, and for a database that is busy or stopped.
    """
    problem = _database_problem(error)
    if problem is None:
        return None
    logger.warning("%s %s: %s", request.method, request.path, error, exc_info=error)
    try:
        response = respond(request, problem)
    except DatabaseError:
        # The page shows who is signed in, which needs the database.
        text = f"{problem}\n{problem.problems[0].hint}\n"
        response = HttpResponse(text, status=status_of(problem), content_type="text/plain")
    if response.status_code == 503:
        response["Retry-After"] = "5"
    return response


def _database_problem(error: DatabaseError) -> ExteryError | None:
    if isinstance(error, DataError):
        return InvalidInput.of(
            "request.bad-value",
            "a value cannot be stored: it contains NUL, is too long or is too large",
            hint="shorten it, and remove control characters",
        )
    if isinstance(error, IntegrityError) and _is_conflict(error):
        return Conflict.of(
            "request.conflict",
            "another request changed the same at this moment",
            hint="load the page again to see what happened",
        )
    if isinstance(error, OperationalError):
        return Unavailable.of(
            "request.unavailable",
            "the database is busy or does not run",
            hint="try again in some seconds",
        )
    return None


#: A second row with the same key, or a row that refers to one that was deleted.
_CONFLICT_STATES = frozenset({"23503", "23505"})
_CONFLICT_NAMES = frozenset(
    {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_FOREIGNKEY"}
)


def _is_conflict(error: IntegrityError) -> bool:
    cause = error.__cause__
    return (
        getattr(cause, "sqlstate", None) in _CONFLICT_STATES
        or getattr(cause, "sqlite_errorname", None) in _CONFLICT_NAMES
    )


def _method_not_offered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    answer = respond(
        request,
        InvalidInput.of(
            "request.method", f"{request.method} is not offered here", hint=f"use {allowed}"
        ),
    )
    answer["Allow"] = allowed
    return answer


@require_safe
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind the ``type`` of a problem: what the code means and why it matters."""
    try:
        entry = codes.find(code)
    except (KeyError, ImportError):
        raise Http404(code) from None
    return render(request, "problem_code.html", {"code": code, "entry": entry})


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 400."""
    if isinstance(exception, RequestDataTooBig):
        error = InvalidInput.of(
            "request.too-large",
            f"the request is larger than the {human_size(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)} "
            "that are taken without a file",
            hint="shorten the texts",
        )
    else:
        error = InvalidInput.of("request.bad-value", "this request cannot be read")
    return respond(request, error)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 403, raised by views that ask ``user_passes_test`` and the like."""
    return respond(
        request,
        Refused.of("permission.moderator", str(exception or "") or "this page is for moderators"),
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """Django's 404."""
    return respond(
        request,
        NotFound.of(
            "request.not-found",
            f"there is nothing at {request.path}",
            hint="check the address, or search for it",
        ),
    )


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500; must not fail itself, so it gives plain text where the page cannot be made."""
    error = Unavailable.of(
        "request.failed",
        "the site made a mistake and could not answer",
        hint="try again; if it happens again, tell whoever runs this site",
    )
    try:
        return respond(request, error)
    except Exception:
        logger.exception("the error page failed too")
        return HttpResponse(str(error), status=500, content_type="text/plain; charset=utf-8")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django names it
    """Django's answer to a form without the token of this session."""
    return respond(
        request,
        Refused.of(
            "request.forged",
            "this form was not sent from a page of this site, or the page was too old",
            hint="allow cookies, load the page again and repeat it",
        ),
    )
