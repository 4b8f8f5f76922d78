"""An example for each operation of the API: a command to type, and the body, made from the OpenAPI document.

The values are in one table, by the names of parameters and fields. A new operation gets its example by itself.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

#: Where the site of the examples is.
SITE = "https://extensions.example.org"
_SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#: Values by the name of a parameter or field.
VALUES: dict[str, Any] = {
    "answer": "It works in 5.0: please update your graphics driver.",
    "blender": "5.3",
    "case_id": 12,
    "code": "wheel.missing",
    "extension_id": "gear_tool",
    "fingerprint": "6f1ed002ab559585",
    "hashes": [_SHA256],
    "key": "gear_tool",
    "kind": "extension",
    "maximum": "5.0",
    "mode": "informs",
    "name": "Downloads programs",
    "note": "Moved to the shared library.",
    "note_id": 7,
    "number": "1.2.0",
    "offer_id": 3,
    "packages": [_SHA256],
    "pk": 4,
    "query": "urllib.request.urlopen",
    "rating_id": 31,
    "reason": "It crashes in Blender 5.0.",
    "release_notes": "Gears mesh again.",
    "result": "works",
    "row": 81,
    "sha256": _SHA256,
    "stars": 4,
    "suggestion_id": 5,
    "system": "linux-x64",
    "task_id": 9,
    "text": "Please say which gears it makes.",
    "to": "ada",
    "up_to": 81,
    "version": "1.2.0",
}
#: Values that one operation needs: its method and path -> field -> value.
SPECIAL: dict[str, dict[str, Any]] = {
    "POST /api/v1/reports": {"reason": "malicious", "text": "It sends files away."},
    "POST /api/v1/source-searches/": {"kind": "symbol"},
    "GET /api/v1/schemas/{version}": {"version": "1.0.0"},
}
#: Parameters of the query that an example shows.
QUERIES: dict[str, dict[str, str]] = {
    "GET /api/v1/extensions/": {"blender_version": "5.3.0", "platform": "linux-x64"},
    "GET /api/v1/search/": {"q": "rename", "permission": "none-network"},
    "GET /api/v1/extensions/{extension_id}/ratings/": {"order": "newest", "page": "2"},
    "GET /api/v1/notifications/": {"show": "unread"},
}


def add_examples(document: dict[str, Any]) -> None:
    """Add an example to each operation of an OpenAPI document."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            key = f"{method.upper()} {path}"
            content = operation.get("requestBody", {}).get("content", {})
            kind = next(iter(content), "")
            body = None
            if kind == "application/json":
                body = example_body(content[kind]["schema"], schemas, SPECIAL.get(key, {}))
                content[kind]["example"] = body
            command = _command(key, path, operation, body, kind)
            text = operation.get("description", operation.get("summary", ""))
            operation["description"] = f"{text.rstrip()}\n\n```sh\n{command}\n```"


def example_body(
    schema: dict[str, Any], schemas: dict[str, Any], special: dict[str, Any]
) -> dict[str, Any]:
    """Return a body with the fields that a schema requires, and optional texts that `VALUES` has."""
    schema = _resolved(schema, schemas)
    required = schema.get("required", [])
    body = {}
    for name, field in schema.get("properties", {}).items():
        is_text = field.get("type") == "string" and name in ("reason", "note", "text")
        if name in required or name in special or is_text:
            body[name] = special.get(name, VALUES.get(name, _of_type(field, schemas)))
    return body


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    found: dict[str, Any] = schemas[reference.rpartition("/")[2]] if reference else schema
    return found


def _of_type(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return a value of a type, for a name that `VALUES` does not have."""
    schema = _resolved(schema, schemas)
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    values = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return values.get(schema.get("type", ""), "text")


def _command(key: str, path: str, operation: dict[str, Any], body: Any, kind: str) -> str:
    special = SPECIAL.get(key, {})
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            name = parameter["name"]
            value = special.get(name, VALUES.get(name, _of_type(parameter["schema"], {})))
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = "&".join(f"{name}={quote(value)}" for name, value in QUERIES.get(key, {}).items())
    method = key.partition(" ")[0]
    parts = ["curl" if method == "GET" else f"curl -X {method}"]
    parts[0] += f' "{SITE}{path}{"?" if query else ""}{query}"'
    if any("TokenAuth" in one for one in operation.get("security") or []):
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if kind == "multipart/form-data":
        parts.append("-F file=@add-on-gear_tool-v1.2.0.zip")
    elif body is not None:
        parts += ['-H "Content-Type: application/json"', f"-d '{json.dumps(body)}'"]
    return " \\\n  ".join(parts)
