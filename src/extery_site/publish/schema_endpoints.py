"""API endpoints of the manifest's schema: the versions that the site accepts, and their JSON Schemas."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema

from extery.core.errors import NotFound
from extery.manifest.schemas.registry import (
    KNOWN_SCHEMA_VERSIONS,
    SCHEMA_VERSIONS,
    SchemaVersion,
    find_schema,
)
from extery_site.ui.addresses import absolute

router = Router(tags=["publishing"])

_MEDIA_TYPE = "application/schema+json"
_MAX_AGE = 86_400


class SchemaVersionOut(Schema):
    """A version of ``blender_manifest.toml``; ``url`` is that of its JSON Schema, for editors."""

    version: str
    first_blender: str
    summary: str
    url: str

    @classmethod
    def of(cls, schema: SchemaVersion, request: HttpRequest) -> SchemaVersionOut:
        path = reverse("api:json_schema", args=[schema.version])
        return cls(
            version=schema.version,
            first_blender=schema.first_blender,
            summary=schema.summary,
            url=absolute(request, path),
        )


@router.get("/schemas/", response=list[SchemaVersionOut], auth=None)
def schema_versions(request: HttpRequest) -> list[SchemaVersionOut]:
    """Return the versions of the manifest's schema that packages may have, the newest last."""
    return [SchemaVersionOut.of(one, request) for one in SCHEMA_VERSIONS]


@router.get("/schemas/{version}", auth=None, url_name="json_schema")
def json_schema(request: HttpRequest, version: str) -> HttpResponse:
    """Return the JSON Schema of manifests with this ``schema_version``."""
    schema = find_schema(version)
    if schema is None:
        known = ", ".join(KNOWN_SCHEMA_VERSIONS)
        raise NotFound.of("schema.unknown", value=repr(version), known=known)
    document = {"$id": absolute(request, request.path), **schema.json_schema()}
    response = HttpResponse(json.dumps(document, indent=2), content_type=_MEDIA_TYPE)
    response["Cache-Control"] = f"public, max-age={_MAX_AGE}"
    response["Access-Control-Allow-Origin"] = "*"  # editors in browsers
    return response
