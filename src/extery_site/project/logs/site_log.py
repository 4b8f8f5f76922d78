"""The access log of this process, by the settings of the site."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from extery_site.project.logs.access import AccessLog
from extery_site.project.logs.formats import access_json, access_text


@cache
def access_log() -> AccessLog | None:
    """Return the access log; ``None`` if the site writes none."""
    if not settings.EXTERY_ACCESS_LOG:
        return None
    return AccessLog(access_json if settings.EXTERY_LOG_FORMAT == "json" else access_text)
