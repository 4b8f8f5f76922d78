"""Requests in another charset than UTF-8, which no browser and no program of this site sends.

Django decodes queries and forms with the charset of ``Content-Type``, also where there is no body,
and with those of Python's codecs that do not decode text, such as ``zip``: then the request cannot
even be created. So `with_utf8` removes the charset before, and `CharsetMiddleware` responds.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from extery.core.errors import InvalidInput
from extery_site.project.problems import problem_response

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Key of the WSGI environment of requests whose body cannot be read as UTF-8.
_REFUSED = "extery.refused_charset"


def with_utf8(application: WsgiApp) -> WsgiApp:
    """Wrap an application so that no request has a charset."""

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        content_type = environ.get("CONTENT_TYPE", "")
        if "charset" in content_type.lower():
            media_type, parameters = _parse(content_type)
            boundary = parameters.get("boundary")
            environ["CONTENT_TYPE"] = media_type + (f"; boundary={boundary}" if boundary else "")
            environ[_REFUSED] = _is_refused(parameters.get("charset", "utf-8"))
        return application(environ, start_response)

    return wrapped


def _parse(content_type: str) -> tuple[str, dict[str, str]]:
    try:
        media_type, parameters = parse_header_parameters(content_type)
    except ValueError:
        return "application/octet-stream", {}
    return media_type, parameters


def _is_refused(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name not in {"utf-8", "ascii"}
    except LookupError:
        return False  # as Django does
    except ValueError:
        return True


class CharsetMiddleware:
    """Responds with 400 to a body in another charset than UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the wrapper, as behind the test client, Django has set the encoding.
        is_refused = request.META.get(_REFUSED, False)
        if request.encoding is not None:
            is_refused = _is_refused(request.encoding)
            request.encoding = "utf-8"
        has_body = request.META.get("CONTENT_LENGTH", "0") not in {"", "0"}
        if has_body and is_refused:
            error = InvalidInput.of("request.bad-value", variant="malformed")
            return problem_response(request, error)
        return self.get_response(request)
