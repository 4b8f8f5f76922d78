"""Checks of ``[asset_library]``: where the assets of an asset library are, and how to sign in there.

Blender 5.3 checks its form for every type of extension, and only its `build` whether it belongs to the type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extery.core.errors import ProblemList
from extery.core.text import closest_match, quote_value
from extery.core.types import ASSET_LIBRARY, TYPES_BY_NAME
from extery.manifest.schemas.checking import FieldContext, Locate, type_name

FIELD = "asset_library"
KEYS = ("remote_url", "auth")
AUTH_KEYS = ("required", "auth_method")
AUTH_METHODS = ("TOKEN",)

_SCHEMES = ("http://", "https://")


def check_asset_library(value: Mapping[str, Any], check: FieldContext) -> None:
    _check_url(value, check)
    auth = value.get("auth")
    if auth is None:
        return
    if isinstance(auth, dict):
        _check_required(auth, check)
        _check_method(auth, check)
    else:
        check.add("auth-wrong-type", "auth", type=type_name(auth), value=quote_value(auth))


def check_presence(table: Mapping[str, Any], problems: ProblemList, locate: Locate) -> None:
    """Add a problem if the table is missing in an asset library, or present in another extension."""
    type_ = table.get("type")
    known = TYPES_BY_NAME.get(type_) if isinstance(type_, str) else None
    if known is ASSET_LIBRARY:
        if FIELD not in table:
            problems.add(f"manifest.{FIELD}.missing", where=locate(("type",)))
    elif known is not None and FIELD in table:
        types = known.plural.lower()
        problems.add(f"manifest.{FIELD}.not-for-type", where=locate((FIELD,)), types=types)


def _check_url(value: Mapping[str, Any], check: FieldContext) -> None:
    url = value.get("remote_url")
    if url is None:
        similar = closest_match("remote_url", value)
        if similar and similar not in KEYS:
            check.add("url-missing", similar, variant="similar", similar=quote_value(similar))
        else:
            check.add("url-missing")
    elif not isinstance(url, str):
        values = {"type": type_name(url), "value": quote_value(url)}
        check.add("url-wrong-type", "remote_url", **values)
    elif not url:
        check.add("url-empty", "remote_url")
    elif not url.startswith(_SCHEMES):
        variant, suggestion = _suggest_url(url)
        values = {"value": quote_value(url), "suggestion": quote_value(suggestion)}
        check.add("url-not-http", "remote_url", variant=variant, **values)


def _suggest_url(url: str) -> tuple[str, str]:
    """Return the variant of the problem of a URL with another beginning, and a correction."""
    stripped = url.strip()
    scheme, colon, rest = stripped.partition("://")
    if scheme.lower() == "file":
        return "file", ""
    if colon and scheme.lower() in ("http", "https"):
        return "", f"{scheme.lower()}://{rest}"
    if not colon and "." in stripped.split("/")[0]:
        return "", f"https://{stripped}"
    return "other", ""


def _check_required(auth: Mapping[str, Any], check: FieldContext) -> None:
    required = auth.get("required")
    if required is None:
        check.add("auth-missing", "auth", key="required", line="required = true")
    elif not isinstance(required, bool):
        values = {"key": "required", "type": type_name(required), "value": quote_value(required)}
        check.add(
            "auth-wrong-value",
            *("auth", "required"),
            expected="true or false",
            line="required = true",
            **values,
        )


def _check_method(auth: Mapping[str, Any], check: FieldContext) -> None:
    method, line = auth.get("auth_method"), f'auth_method = "{AUTH_METHODS[0]}"'
    if method is None:
        check.add("auth-missing", "auth", key="auth_method", line=line)
    elif not isinstance(method, str):
        values = {"key": "auth_method", "type": type_name(method), "value": quote_value(method)}
        check.add(
            "auth-wrong-value", *("auth", "auth_method"), expected="a string", line=line, **values
        )
    elif check.strict and method not in AUTH_METHODS:
        # Clients accept any: a newer Blender may know more.
        values = {"value": quote_value(method), "known": ", ".join(AUTH_METHODS), "line": line}
        check.add("auth-unknown-method", *("auth", "auth_method"), **values)
