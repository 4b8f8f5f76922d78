"""The charset of a request, which Django would decode its query with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import RequestFactory

from extery_site.project.charset import CharsetMiddleware, with_utf8


def respond(content_type: str, body: bytes = b"") -> HttpResponse:
    """Send a request with a query to a view that answers with it."""
    found: list[HttpResponse] = []

    def application(environ: dict[str, Any], _: Callable[..., Any]) -> Iterable[bytes]:
        request = WSGIRequest(environ)
        view = CharsetMiddleware(lambda request: HttpResponse(request.GET["q"]))
        found.append(view(request))
        return []

    environ = RequestFactory().get("/api/v1/?q=%C3%A9").environ
    environ |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    assert with_utf8(application)(environ, lambda *_: None) == []
    return found[0]


@pytest.mark.parametrize(
    "charset",
    ["zip", "hex", "rot13", "idna", "punycode", "undefined", "utf-16", "utf-7", "latin-1", "\0"],
)
@pytest.mark.parametrize("media_type", ["text/html", "multipart/form-data; boundary=x"])
def test_another_charset_is_ignored_without_a_body_and_refused_with_one(
    charset: str, media_type: str
) -> None:
    for content_type in (
        f"{media_type}; charset={charset}",
        f'{media_type};CHARSET="{charset.upper()}"',
    ):
        response = respond(content_type)
        assert (response.status_code, response.content.decode()) == (200, "é")
        assert respond(content_type, b"a=b").status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", "nonsense", "'", "a" * 5000])
def test_utf_8_and_what_django_ignores_is_accepted(charset: str) -> None:
    response = respond(f"text/plain; charset={charset}", b"a=b")
    assert (response.status_code, response.content.decode()) == (200, "é")


@pytest.mark.parametrize(
    "content_type", ["charset", "charset=", "; charset=zip", "a/b; charset*=zip''x"]
)
def test_a_malformed_content_type_is_no_error(content_type: str) -> None:
    assert respond(content_type, b"a=b").status_code in {200, 400}
