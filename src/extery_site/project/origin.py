"""Through what a change comes: a page, the API, Django's admin, a command, or the worker.

It is known where a request or a task begins, and the audit log needs it where the change is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum

from django.http import HttpRequest, HttpResponse


class Origin(Enum):
    """Through what a change comes."""

    PAGE = "page"
    API = "api"
    ADMIN = "admin"
    COMMAND = "command"
    WORKER = "worker"


_PATHS = (("/api/", Origin.API), ("/admin/", Origin.ADMIN))
_current: ContextVar[Origin] = ContextVar("origin", default=Origin.COMMAND)


def current_origin() -> Origin:
    """Return the origin of the running request or task; without one, a command."""
    return _current.get()


@contextmanager
def with_origin(origin: Origin) -> Iterator[None]:
    """Set the origin of the changes that are made in the block."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


class OriginMiddleware:
    """Sets the origin of a request by its path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = next((name for start, name in _PATHS if request.path.startswith(start)), None)
        with with_origin(origin or Origin.PAGE):
            return self.get_response(request)
