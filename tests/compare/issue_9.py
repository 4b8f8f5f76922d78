"""Intended differences of issue 9, the client, and of what came with it: compared with 5f232ee."""

from __future__ import annotations

from tests.compare.edits import replace, without
from tests.compare.rows import Expected, rows

_ALL_VERSIONS = "a listing names the address of all versions of an extension"

ROWS = (
    *rows(
        "validate warns of an __init__.py that Python cannot read",
        "validate/*/package.init-syntax.zip/verdict + warning package.init-syntax",
    ),
    Expected(
        "site/listing/*/body", _ALL_VERSIONS, replace(r'"all_versions":"\./\{id\}/listing/",')
    ),
    Expected("site/listing/*/headers", _ALL_VERSIONS, replace(r"^Content-Length: \d+\n?")),
    Expected(
        "site/errors/GET /api/openapi.json/body",
        "the API lists all versions of an extension, and names replaced packages",
        without(
            "components.schemas.DraftOut",
            "components.schemas.ExtensionListing",
            "components.schemas.Listing.description",
            "components.schemas.Listing.properties.all_versions",
            "components.schemas.Listing.required",
            "paths./api/v1/extensions/{extension_id}/listing/",
            "paths./api/v1/packages/.post.description",
        ),
    ),
)
