"""Errors as HTTP responses: status, problem details (RFC 9457) for programs, HTML pages for browsers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import select_template
from django.utils.cache import patch_vary_headers

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
from extery.rules.blender_verdicts import verdicts_as_dict
from extery_site.project.logs import request_ids
from extery_site.project.logs.targets import loggable_target

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

#: Seconds in the Retry-After header of a response with status 503.
RETRY_AFTER = "5"

#: The status of an error by its type, unless `STATUS_BY_CODE` has its code.
STATUS_BY_ERROR_TYPE: tuple[tuple[type[ExteryError], int], ...] = (
    (InvalidInput, 422),
    (Incompatible, 409),
    (Conflict, 409),
    (Refused, 403),
    (NotFound, 404),
    (Corrupt, 500),
    (Unavailable, 503),
)
STATUS_BY_CODE = {
    "upload.too-large": 413,
    "image.too-large": 413,
    "video.too-large": 413,
    "request.too-large": 413,
    # A stored file is damaged: the site's fault, but the version cannot be approved in this state.
    "review.package-damaged": 409,
    "review.not-listable": 409,
    "download.version-blocked": 410,
    "download.unpublished": 410,
    "transfer.too-many": 429,
    # Of the tus protocol.
    "transfer.bad-header": 400,
    "transfer.checksum": 460,
    "request.bad-value": 400,
    "request.not-json": 400,
    "request.method-not-allowed": 405,
    "request.rate-limited": 429,
    "quota.exceeded": 429,
    "quota.drafts-exceeded": 429,
    "quota.uploads-at-once": 429,
    "request.server-error": 500,
    "account.sign-in-required": 401,
    "account.token-invalid": 401,
}


def http_status(error: ExteryError) -> int:
    """Return the HTTP status of an error."""
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    return next((status for kind, status in STATUS_BY_ERROR_TYPE if isinstance(error, kind)), 500)


def problem_details(error: ExteryError, *, instance: str = "") -> dict[str, Any]:
    """Return the problem details object: the members of RFC 9457, and all problems as ``problems``.

    Of a package that is refused, ``verdicts`` has the verdict of each Blender; of an error of the
    server, ``request_id`` has the id under which it is logged.
    """
    details: dict[str, Any] = {
        "type": f"/problems/{error.code}/",
        "title": codes.find(error.code).title,
        "status": http_status(error),
        "detail": next((p.message for p in error.problems if p.is_error), str(error)),
        "instance": instance,
        "problems": [problem.as_dict() for problem in error.problems],
    }
    if details["status"] >= 500 and (request_id := request_ids.current()):
        details["request_id"] = request_id
    if error.refusals is not None:
        details["verdicts"] = verdicts_as_dict(error.refusals)
    return details


def wants_json(request: HttpRequest) -> bool:
    """Whether to respond with JSON: for paths below /api/ and clients that prefer it to HTML."""
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json", MEDIA_TYPE]) not in {
        "text/html",
        None,
    }


def problem_response(request: HttpRequest, error: ExteryError) -> HttpResponse:
    """Return the response for an error: problem details or an HTML page."""
    status = http_status(error)
    response = (
        JsonResponse(
            problem_details(error, instance=request.path), status=status, content_type=MEDIA_TYPE
        )
        if wants_json(request)
        else _page(request, error, status)
    )
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="extery"'
    if status == 503:
        response["Retry-After"] = RETRY_AFTER
    add_retry_after(response, error)
    if not request.path.startswith("/api/"):
        patch_vary_headers(response, ["Accept"])
    return response


def add_retry_after(response: HttpResponse, error: ExteryError | None) -> HttpResponse:
    """Add ``Retry-After`` if the error says when to try again, in the value ``retry_after``."""
    seconds = dict(error.problems[0].values).get("retry_after") if error is not None else None
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response


def _page(request: HttpRequest, error: ExteryError, status: int) -> HttpResponse:
    problems: Sequence[Problem] = error.problems
    context = {
        "status": status,
        "title": codes.find(error.code).title,
        "problems": problems,
        "code": error.code,
        "exception": error,
        "request_id": request_ids.current(),
    }
    template = select_template([f"{status}.html", "problem.html"])
    return HttpResponse(template.render(context, request), status=status)


class ProblemMiddleware:
    """Turns an `ExteryError` of a view into a response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem_response(
                request, InvalidInput.of("request.bad-value", variant="url-nul")
            )
        response = self.get_response(request)
        if response.status_code == 405 and wants_json(request):
            return _method_not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the response for an `ExteryError`; log errors of the server."""
        if isinstance(error, DatabaseError):
            return respond_to_database_error(request, error)
        if not isinstance(error, ExteryError):
            return None
        if http_status(error) >= 500:
            target = loggable_target(request.path)
            logger.error("%s %s: %s", request.method, target, error, exc_info=error)
        return problem_response(request, error)


def respond_to_database_error(request: HttpRequest, error: DatabaseError) -> HttpResponse | None:
    """Return the response for a database error; ``None`` for a bug of the program.

    For conflicting simultaneous requests, a busy or stopped database, and values that the
    validation of an action does not reject.
    """
    problem = _database_problem(error)
    if problem is None:
        return None
    target = loggable_target(request.path)
    logger.warning("%s %s: %s", request.method, target, error, exc_info=error)
    try:
        response = problem_response(request, problem)
    except DatabaseError:
        # The HTML page needs the database, because it shows the signed-in user.
        text = f"{problem}\n{problem.problems[0].hint}\n"
        response = HttpResponse(text, status=http_status(problem), content_type="text/plain")
        if response.status_code == 503:
            response["Retry-After"] = RETRY_AFTER
    return response


def _database_problem(error: DatabaseError) -> ExteryError | None:
    if isinstance(error, DataError):
        return InvalidInput.of("request.bad-value", variant="not-storable")
    if isinstance(error, IntegrityError) and _is_conflict(error):
        return Conflict.of("request.conflict")
    if type(error) is DatabaseError and "did not affect any rows" in str(error):
        # Django, about `save` of a row that another request has deleted.
        return Conflict.of("request.conflict")
    if "pattern too complex" in str(error):
        # SQLite, about a text of more than 50,000 bytes that is searched for in any case.
        return InvalidInput.of("request.bad-value", variant="not-storable")
    if isinstance(error, OperationalError):
        return Unavailable.of("request.unavailable")
    return None


#: SQLSTATE of unique and foreign key violations.
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


def _method_not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    allowed = response.headers.get("Allow", "")
    error = InvalidInput.of(
        "request.method-not-allowed", method=str(request.method), allowed=allowed
    )
    method_response = problem_response(request, error)
    method_response["Allow"] = allowed
    return method_response
