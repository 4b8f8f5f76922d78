"""The length of the review queue, shown in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from extery_site.catalog.models import Version


def queue_length(request: HttpRequest) -> dict[str, Callable[[], int]]:  # noqa: ARG001
    """Return a function that templates call for moderators only, so that other pages need no query; one for all its calls."""
    return {"queue_length": cache(lambda: Version.objects.in_review().count())}
