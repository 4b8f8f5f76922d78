"""The WSGI middleware: ids of requests, their lines, and errors that nothing has handled."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.util import FileWrapper

import pytest
from django.test import Client

from extery_site.project.logs import request_ids
from extery_site.project.logs.access import AccessLog, Request
from extery_site.project.logs.middleware import USER, RequestMiddleware

seen_ids: list[str] = []


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as the path says."""
    seen_ids.append(request_ids.current())
    path = environ["PATH_INFO"]
    if path == "/broken/":
        raise RuntimeError("wires crossed")
    if path == "/stream/":
        start_response("200 OK", [])
        return (block for block in (b"one", b"three"))
    if path == "/file/":
        start_response("200 OK", [("Content-Length", "7")])
        return FileWrapper(io.BytesIO(b"content"))  # type: ignore[return-value]
    environ[USER] = 12
    start_response("404 Not Found", [])
    return [b"not", b"here"]


class Memory(AccessLog):
    """Keeps the requests instead of writing their lines."""

    def __init__(self) -> None:
        super().__init__(str)
        self.requests: list[Request] = []

    def add(self, request: Request) -> None:
        self.requests.append(request)


def send(
    path: str, log: Memory, *, behind_proxy: bool = False, method: str = "GET", **headers: str
) -> tuple[str, str, bytes]:
    """Return the status, the id and the body of the response."""
    middleware = RequestMiddleware(
        app,
        client_address=lambda peer, forwarded: forwarded or peer,
        behind_proxy=behind_proxy,
        access_log=log,
    )
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.file_wrapper": FileWrapper,
        **headers,
    }
    body = middleware(environ, lambda *arguments: started.append(arguments))
    content = b"".join(body)
    if close := getattr(body, "close", None):
        close()
    (answer,) = started
    return answer[0], dict(answer[1])["X-Request-ID"], content


@pytest.fixture
def log() -> Iterator[Memory]:
    seen_ids.clear()
    yield Memory()
    assert request_ids.current() == ""


def test_each_request_has_an_id_of_its_own_and_a_line(log: Memory) -> None:
    answers = [send("/x/", log, HTTP_USER_AGENT="Blender/5.3") for _ in range(2)]
    assert [status for status, _, _ in answers] == ["404 Not Found"] * 2
    ids = [request_id for _, request_id, _ in answers]
    assert len(set(ids)) == 2
    assert ids == seen_ids == [request.request_id for request in log.requests]
    request = log.requests[0]
    assert (request.status, request.bytes, request.user, request.client) == (
        404,
        7,
        12,
        "192.0.2.1",
    )
    assert (request.method, request.path, request.agent) == ("GET", "/x/", "Blender/5.3")
    assert request.seconds >= 0


def test_only_an_id_of_a_proxy_is_kept_and_only_a_harmless_one(log: Memory) -> None:
    wanted = "4a1f-from.nginx_1"
    assert send("/x/", log, behind_proxy=True, HTTP_X_REQUEST_ID=wanted)[1] == wanted
    assert send("/x/", log, HTTP_X_REQUEST_ID=wanted)[1] != wanted
    for bad in (
        "short",
        "x" * 65,
        "a\nb-is-long-enough",
        'quote"-quote',
        "-begins-with-hyphen",
        "",
    ):
        assert send("/x/", log, behind_proxy=True, HTTP_X_REQUEST_ID=bad)[1] not in {bad, wanted}


def test_bodies_of_all_kinds_are_counted_once(log: Memory) -> None:
    assert send("/stream/", log)[2] == b"onethree"
    assert send("/file/", log)[2] == b"content"
    send("/file/", log, method="HEAD")
    assert [request.bytes for request in log.requests] == [8, 7, 0]


def test_an_exception_that_nothing_handles_is_logged_and_its_id_is_shown(
    log: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "extery_site"):
        status, request_id, body = send("/broken/", log)
    assert status == "500 Internal Server Error"
    assert request_id in body.decode()
    assert log.requests[0].status == 500
    assert "wires crossed" in caplog.text


def test_the_user_is_known_where_a_page_has_asked_for_it(admin_client: Client) -> None:
    page = admin_client.get("/mine/")
    user = page.wsgi_request.user.pk
    assert page.wsgi_request.META[USER] == user
    assert admin_client.get("/robots.txt").wsgi_request.META.get(USER) is None
    assert Client().get("/").wsgi_request.META.get(USER) is None
