"""The visitor's Blender and platform: "My Blender", which every list, count and Get button of the site obeys.

`read_my_blender` is the only place that decides it. Who can install what is decided by
`ExtensionQuerySet.compatible_with` for `MyBlender.system`, as in the listings and the filters of the search.
The cookie has the values only, and exists only after the visitor has chosen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from extery.core import platforms
from extery.core.compatibility import System
from extery.core.versions import BLENDER_SERIES, format_series, python_of_blender

if TYPE_CHECKING:
    from extery_site.catalog.models import ExtensionQuerySet

COOKIE = "extery_blender"
_COOKIE_MAX_AGE = 60 * 60 * 24 * 365
#: Request headers from which the platform is suggested: responses that show it vary by them.
PLATFORM_HEADERS = ("Sec-CH-UA-Platform", "User-Agent")
#: The values that can be chosen, the newest first; the empty text stands for any.
BLENDER_CHOICES = tuple(format_series(series) for series in reversed(BLENDER_SERIES))
NEWEST_BLENDER = BLENDER_CHOICES[0]
_SERIES = {format_series(series): series for series in BLENDER_SERIES}
_ATTRIBUTE = "_extery_my_blender"
#: Longer ones are cut: they come from outside.
_MAX_USER_AGENT_LENGTH = 300


class MyBlender(NamedTuple):
    """The Blender series, such as ``5.3``, and the platform, such as ``windows-x64``; empty for any."""

    blender: str
    platform: str
    #: Whether the visitor chose them: if not, the Blender is the newest, and the platform that of the browser.
    is_chosen: bool
    #: Whether lists leave out what does not fit. Nothing is left out before the visitor has chosen.
    only_fitting: bool

    @property
    def system(self) -> System:
        """The system that decides what fits, with the Python of that Blender."""
        return system_of(self.blender, self.platform)

    @property
    def fits(self) -> str:
        """The Blender that everything in lists fits; empty if they show all."""
        return self.blender if self.only_fitting else ""

    @property
    def text(self) -> str:
        """``Blender 5.3 on Windows (x64)``, for sentences."""
        blender = f"Blender {self.blender}" if self.blender else "any Blender"
        return f"{blender} on {platforms.title(self.platform)}" if self.platform else blender

    @property
    def short_text(self) -> str:
        """``5.3 · Windows (x64)``, for a button."""
        parts = [self.blender, platforms.title(self.platform)]
        return " · ".join(part for part in parts if part) or "Any Blender"


def system_of(blender: str, platform: str) -> System:
    """Return the system for a Blender version and a platform that a visitor gave; each may be empty.

    Raises `ValueError` for a text that is not a Blender version.
    """
    system = System.parse(blender, platform)
    if system.blender is None:
        return system
    return system._replace(python=python_of_blender(system.blender[:2]))


def read_my_blender(request: HttpRequest) -> MyBlender:
    """Return what the visitor chose, or the newest Blender on the platform of the browser; read once a request."""
    mine: MyBlender | None = getattr(request, _ATTRIBUTE, None)
    if mine is None:
        mine = parse_cookie(request.COOKIES.get(COOKIE, "")) or MyBlender(
            NEWEST_BLENDER, suggested_platform(request), is_chosen=False, only_fitting=False
        )
        setattr(request, _ATTRIBUTE, mine)
    return mine


def parse_cookie(text: str) -> MyBlender | None:
    """Return the choice in the text of a cookie; ``None`` if it is not exactly one that this site writes."""
    parts = text.split(":")
    return choose(parts[0], parts[1], only_fitting=parts[2] == "1") if len(parts) == 3 else None


def choose(blender: str, platform: str, *, only_fitting: bool) -> MyBlender | None:
    """Return a choice; ``None`` for a Blender or platform that does not exist."""
    if (blender and blender not in _SERIES) or (platform and platform not in platforms.KNOWN):
        return None
    return MyBlender(blender, platform, is_chosen=True, only_fitting=only_fitting)


def store_my_blender(response: HttpResponse, mine: MyBlender | None) -> None:
    """Store a choice in the cookie; ``None`` deletes it."""
    if mine is None:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    text = f"{mine.blender}:{mine.platform}:{int(mine.only_fitting)}"
    secure: bool = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, text, max_age=_COOKIE_MAX_AGE, samesite="Lax", secure=secure)


def suggested_platform(request: HttpRequest) -> str:
    """Return the platform of the browser, one of `platforms.KNOWN`; empty for phones and unknown browsers.

    Browsers do not name the processor of a Mac: it is one that the newest Blender runs on.
    """
    system = request.headers.get("Sec-CH-UA-Platform", "").strip('" ').lower()
    agent = request.headers.get("User-Agent", "")[:_MAX_USER_AGENT_LENGTH].lower()
    if not system:
        system = _system_of_agent(agent)
    if re.search(r"\b(android|iphone|ipad|mobile|cros)\b", agent):
        return ""
    is_arm = re.search(r"\b(arm64|aarch64)\b", agent) is not None
    match system:
        case "windows":
            return "windows-arm64" if is_arm else "windows-x64"
        case "macos":
            return "macos-arm64"
        case "linux":
            return "linux-arm64" if is_arm else "linux-x64"
    return ""


def _system_of_agent(agent: str) -> str:
    names = {"windows nt": "windows", "macintosh": "macos", "linux": "linux"}
    return next((name for part, name in names.items() if part in agent), "")


def obey(extensions: ExtensionQuerySet, mine: MyBlender) -> ExtensionQuerySet:
    """Return what lists show: only what fits, if the visitor wants that."""
    if not mine.only_fitting or mine.system == System():
        return extensions
    return extensions.compatible_with(mine.system)
