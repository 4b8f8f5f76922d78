"""Light or dark: the visitor's choice, kept in a cookie so that pages come in the right colours at once."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "extery_theme"
#: What can be chosen; ``auto`` is what the visitor's system says.
THEMES = ("auto", "light", "dark")
_A_YEAR = 60 * 60 * 24 * 365


def chosen_by(request: HttpRequest | None) -> str:
    """One of `THEMES`."""
    chosen = request.COOKIES.get(COOKIE, "") if request else ""
    return chosen if chosen in THEMES else "auto"


def remember(response: HttpResponse, theme: str) -> None:
    """Keep the choice in the browser; anything that cannot be chosen is left out."""
    if theme in THEMES:
        secure: bool = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, theme, max_age=_A_YEAR, samesite="Lax", secure=secure)
