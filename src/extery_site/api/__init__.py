"""The HTTP API: the routers of the apps in one place, described as OpenAPI, errors as RFC 9457."""

from __future__ import annotations

from typing import Any, Literal

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from extery import __version__
from extery.core.errors import ExteryError, InvalidInput, ProblemList, Refused, Where
from extery_site.accounts.auth import SIGNED_IN
from extery_site.catalog.endpoints import router as catalog
from extery_site.listings.endpoints import router as listings
from extery_site.moderation.endpoints import router as moderation
from extery_site.project.problems import MEDIA_TYPE, not_found, respond, respond_to_database_error
from extery_site.publish.endpoints import router as publish


class Problem(Schema):
    """One thing that is wrong: a code that stays for ever, a sentence, a hint and the place."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str | None
    file: str | None
    field: str | None
    path: list[str | int]
    line: int | None
    column: int | None


class ProblemDetails(Schema):
    """What every error is answered with (RFC 9457); ``type`` leads to an explanation."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[Problem]


class Api(NinjaAPI):
    """Says of every operation how it answers when something is wrong."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI document."""
        document = super().get_openapi_schema(**options)
        schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document["components"]["schemas"]
        schemas |= {**schema.pop("$defs"), "ProblemDetails": schema}
        reference = {"$ref": "#/components/schemas/ProblemDetails"}
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {
                    "description": "Something is wrong",
                    "content": {MEDIA_TYPE: {"schema": reference}},
                }
        return document


api = Api(
    title="Extery",
    version=__version__,
    description="The listing that Blender reads, and what the pages of the site do, for programs.",
    urls_namespace="api",
    auth=SIGNED_IN,
)
for _router in (listings, catalog, publish, moderation):
    api.add_router("/v1", _router)


@api.exception_handler(ExteryError)
def _answer(request: HttpRequest, error: ExteryError) -> HttpResponse:
    return respond(request, error)


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
def _sign_in(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return respond(
        request,
        Refused.of(
            "account.sign-in",
            "this needs somebody who is signed in",
            hint="send the header Authorization: Bearer with one of your API tokens",
        ),
    )


@api.exception_handler(ValidationError)
def _bad_value(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = ProblemList()
    for item in error.errors:
        path = tuple(item["loc"][1:])
        problems.add("request.bad-value", str(item["msg"]), where=Where(path=path))
    return respond(request, InvalidInput(*problems))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    # Ninja raises this for a body that it cannot parse, and for a CSRF token that is missing.
    if error.status_code == 403:
        return respond(request, Refused.of("request.forged", "the CSRF token is missing"))
    return respond(
        request,
        InvalidInput.of("request.not-json", str(error), hint="send a JSON object"),
    )
