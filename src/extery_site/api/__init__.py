"""The HTTP API: routers of all apps, the OpenAPI document, errors as problem details (RFC 9457)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from extery import __version__
from extery.core.errors import ExteryError, InvalidInput, ProblemList, Refused, Where
from extery.core.text import clean_message
from extery_site.accounts.auth import REQUIRED_AUTH
from extery_site.api.examples import add_examples
from extery_site.catalog.endpoints import router as catalog
from extery_site.catalog.search_endpoints import router as search
from extery_site.listings.endpoints import router as listings
from extery_site.media.endpoints import router as media
from extery_site.moderation.check_endpoints import router as package_checks
from extery_site.moderation.endpoints import router as moderation
from extery_site.moderation.precision_views import router as precision
from extery_site.moderation.queue_endpoints import router as queue
from extery_site.moderation.review_endpoints import router as review
from extery_site.notify.endpoints import router as notify
from extery_site.project.error_views import not_found
from extery_site.project.problems import MEDIA_TYPE, problem_response, respond_to_database_error
from extery_site.publish.endpoints import router as publish
from extery_site.publish.limits import router as limits
from extery_site.publish.manage_endpoints import router as managing
from extery_site.publish.maximum_endpoints import router as maximum
from extery_site.publish.mine.endpoints import router as statistics
from extery_site.publish.schema_endpoints import router as schemas
from extery_site.publish.tus_endpoints import router as uploads
from extery_site.ratings.endpoints import router as ratings
from extery_site.reports.endpoints import router as reports
from extery_site.scanning.endpoints import router as checks
from extery_site.scanning.known_bad_views import router as known_bad
from extery_site.sets.endpoints import router as sets
from extery_site.source_search.endpoints import router as source_search
from extery_site.transparency.endpoints import router as transparency


class Problem(Schema):
    """An error or warning: a permanent code, a message, a hint and the location."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str | None
    file: str | None
    field: str | None
    path: list[str | int]
    line: int | None
    column: int | None
    values: dict[str, str | int | float]


class ProblemDetails(Schema):
    """The body of every error response (RFC 9457); ``type`` is the URL of an explanation.

    ``request_id`` is only that of an error of the server: its log has more about it.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None = None
    problems: list[Problem]


class Api(NinjaAPI):
    """Adds the error response and an example to every operation of the OpenAPI document."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI document."""
        document = super().get_openapi_schema(**options)
        schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document["components"]["schemas"]
        schemas |= {**schema.pop("$defs"), "ProblemDetails": schema}
        reference = {"$ref": "#/components/schemas/ProblemDetails"}
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {
                    "description": "Error",
                    "content": {MEDIA_TYPE: {"schema": reference}},
                }
        add_examples(document)
        return document


#: How to use the API, as Markdown: the OpenAPI document and its page have the same text.
GUIDE = Path(__file__).with_name("guide.md").read_text(encoding="utf-8")

api = Api(
    title="Extery",
    version=__version__,
    description=GUIDE,
    urls_namespace="api",
    auth=REQUIRED_AUTH,
    docs_decorator=require_safe,
)
for _router in (
    listings,
    catalog,
    search,
    notify,
    ratings,
    sets,
    publish,
    uploads,
    limits,
    managing,
    media,
    maximum,
    statistics,
    schemas,
    package_checks,
    queue,
    review,
    checks,
    moderation,
    precision,
    known_bad,
    reports,
    transparency,
    source_search,
):
    api.add_router("/v1", _router)


@api.exception_handler(ExteryError)
def _extery_error(request: HttpRequest, error: ExteryError) -> HttpResponse:
    return problem_response(request, error)


@api.exception_handler(DatabaseError)
def _database(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    response = respond_to_database_error(request, error)
    if response is None:
        raise error
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return not_found(request, error)


@api.exception_handler(AuthenticationError)
def _authentication_error(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem_response(request, Refused.of("account.sign-in-required", variant="api"))


@api.exception_handler(ValidationError)
def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = ProblemList()
    for item in error.errors:
        path = tuple(item["loc"][1:])
        problems.add(
            "request.bad-value",
            where=Where(path=path),
            validation_message=clean_message(item["msg"]),
        )
    return problem_response(request, InvalidInput(*problems))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    # django-ninja raises this for a body that it cannot parse and for a missing CSRF token.
    if error.status_code == 403:
        return problem_response(request, Refused.of("request.csrf-failed", variant="api"))
    return problem_response(
        request, InvalidInput.of("request.not-json", parser_message=clean_message(str(error)))
    )
