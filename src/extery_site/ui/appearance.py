"""The colour theme, stored in a cookie so that the server renders pages in it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "extery_theme"
#: ``auto`` follows the operating system.
THEMES = ("auto", "light", "dark")
_COOKIE_MAX_AGE = 60 * 60 * 24 * 365


def selected_theme(request: HttpRequest | None) -> str:
    """Return the theme of the request's cookie, one of `THEMES`."""
    theme = request.COOKIES.get(COOKIE, "") if request else ""
    return theme if theme in THEMES else "auto"


def set_theme_cookie(response: HttpResponse, theme: str) -> None:
    """Store the theme in a cookie; an unknown theme is ignored."""
    if theme in THEMES:
        secure: bool = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, theme, max_age=_COOKIE_MAX_AGE, samesite="Lax", secure=secure)
