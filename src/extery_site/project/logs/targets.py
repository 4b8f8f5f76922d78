"""What a log shows of the address of a request: no tokens, no control characters, a limited length."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

#: Paths whose rest gives access: to a package in review, to the settings of a user, to an account, to an upload.
SECRET_PATHS = (
    "/try/",
    "/notifications/stop/",
    "/account/confirm-email/",
    "/account/password/reset/key/",
    "/api/v1/uploads/",
)
#: Parameters whose values are logged: none of them gives access.
PUBLIC_PARAMETERS = frozenset(
    {
        *("platform", "blender_version", "python_version", "repository", "since"),
        *("q", "type", "kind", "tag", "flag", "who", "reason", "show", "sort", "rows", "page"),
        *("step", "version", "base", "days", "edit", "marked", "package", "reply", "format"),
    }
)
HIDDEN = "***"
MAX_TARGET = 500
_MAX_PARAMETERS = 30
#: Longer ones are not cached, which limits the memory.
_MAX_CACHED = 300


def loggable_target(path: str, query: str = "") -> str:
    """Return path and query as a log shows them: ASCII without spaces, at most 500 characters.

    ``path`` is decoded text; ``query`` is not decoded.
    """
    if len(path) + len(query) <= _MAX_CACHED:
        return _short_target(path, query)
    return _target(path, query)


def _target(path: str, query: str) -> str:
    for prefix in SECRET_PATHS:
        if path.startswith(prefix) and len(path) > len(prefix):
            path = prefix + HIDDEN
            break
    target = _escape(path[:MAX_TARGET])
    if query:
        parts = query[: 2 * MAX_TARGET].split("&", _MAX_PARAMETERS)[:_MAX_PARAMETERS]
        target += "?" + "&".join(_parameter(part) for part in parts)
    return target if len(target) <= MAX_TARGET else target[: MAX_TARGET - 3] + "..."


_short_target = lru_cache(maxsize=1024)(_target)


def _parameter(text: str) -> str:
    name, sign, value = text.partition("=")
    if not sign:
        # A query without names, such as a token alone.
        return _escape(name) if name in PUBLIC_PARAMETERS else HIDDEN
    return f"{_escape(name[:40])}={_escape(value) if name in PUBLIC_PARAMETERS else HIDDEN}"


def _escape(text: str) -> str:
    return quote(text, safe="/:@!$'()*+,;=-._~%", errors="replace")
