"""Advice about asset libraries: their address, how to sign in, and fields without effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from extery.core.text import closest_match, quote_value
from extery.core.types import ASSET_LIBRARY
from extery.manifest.lint_context import LintContext
from extery.manifest.schemas.asset_library import AUTH_KEYS, FIELD, KEYS
from extery.manifest.schemas.checking import limit_problems


def check_asset_library(lint: LintContext) -> None:
    """Warn of an address that does not work well, of needless authentication, and of fields without effect."""
    is_library = lint.table.get("type") == ASSET_LIBRARY.name
    if is_library and lint.table.get("platforms"):
        lint.add("platforms.no-effect", "platforms", types=ASSET_LIBRARY.plural.lower())
    table = lint.table.get(FIELD)
    if not is_library or not isinstance(table, dict):
        return
    _check_url(lint, table["remote_url"])
    _check_keys(lint, table, KEYS, FIELD)
    auth = table.get("auth")
    if isinstance(auth, dict):
        if auth["required"] is False:
            lint.add(f"{FIELD}.auth-not-required", FIELD, "auth", "required")
        _check_keys(lint, auth, AUTH_KEYS, FIELD, "auth")


def _check_url(lint: LintContext, url: str) -> None:
    value = quote_value(url)
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        is_address = False
    if not is_address:
        lint.add(f"{FIELD}.url-not-address", FIELD, "remote_url", value=value)
        return
    bare = parts._replace(query="", fragment="").geturl()
    folder = bare if bare.endswith("/") else f"{bare}/"
    if parts.scheme == "http":
        lint.add(f"{FIELD}.url-not-https", FIELD, "remote_url", value=value)
    if "?" in url or "#" in url:
        values = {"value": value, "suggestion": quote_value(folder)}
        lint.add(f"{FIELD}.url-query", FIELD, "remote_url", **values)
    elif folder != bare:
        values = {"value": value, "suggestion": quote_value(folder)}
        lint.add(f"{FIELD}.url-no-slash", FIELD, "remote_url", **values)


def _check_keys(
    lint: LintContext, table: Mapping[str, Any], known: tuple[str, ...], *path: str
) -> None:
    for key in limit_problems(table, lint.problems):
        if key in known:
            continue
        similar = closest_match(key, known)
        variant = {"variant": "similar", "similar": similar} if similar else {}
        values = {"key": quote_value(key), "table": ".".join(path), **variant}
        lint.add(f"{FIELD}.unknown-key", *path, key, **values)
