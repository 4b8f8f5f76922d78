"""Bodies over the limit are refused before they cost anything."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from extery_site.project import body_limit


@pytest.fixture
def spools(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every temporary file that was made."""
    made: list[Any] = []
    real = tempfile.SpooledTemporaryFile

    def make(*args: Any, **kwargs: Any) -> Any:
        made.append(real(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(body_limit.tempfile, "SpooledTemporaryFile", make)
    return made


def receive(body: bytes, **headers: str) -> dict[str, Any]:
    """What the application behind the limit gets to see."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        return []

    environ = {"wsgi.input": io.BytesIO(body), **headers}
    body_limit.limit_chunked(app)(environ, lambda *_: None)
    return seen


def test_a_chunked_body_gets_its_length(spools: list[Any], settings: Any) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000
    seen = receive(b"x" * 500_000, HTTP_TRANSFER_ENCODING="chunked")
    assert seen["CONTENT_LENGTH"] == "500000"
    assert len(seen["body"]) == 500_000
    assert all(spool.closed for spool in spools)


def test_a_chunked_body_is_cut_off_when_the_limit_is_passed(
    spools: list[Any], settings: Any
) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000

    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            Endless.given += size
            return b"x" * size

    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        return []

    environ = {"wsgi.input": Endless(), "HTTP_TRANSFER_ENCODING": "chunked"}
    body_limit.limit_chunked(app)(environ, lambda *_: None)
    assert seen["extery.body_was_cut_off"] is True
    assert seen["CONTENT_LENGTH"] == "0"
    assert Endless.given < 2_000_000
    assert all(spool.closed for spool in spools)


def test_other_bodies_pass_untouched(spools: list[Any]) -> None:
    seen = receive(b"abc", CONTENT_LENGTH="3")
    assert (seen["CONTENT_LENGTH"], seen["body"]) == ("3", b"abc")
    assert spools == []


@pytest.mark.parametrize(
    ("length", "cut_off", "passes"),
    [("1000", False, True), ("1300000", False, False), ("0", True, False), ("", False, True)],
)
def test_the_middleware_refuses_by_the_declared_length(
    rf: Any, settings: Any, length: str, cut_off: bool, passes: bool
) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000
    request = rf.post("/api/v1/packages/")
    request.META["CONTENT_LENGTH"] = length
    if cut_off:
        request.META["extery.body_was_cut_off"] = True
    passed: list[Any] = []

    def view(request: Any) -> str:
        passed.append(request)
        return "passed"

    answer: Any = body_limit.LimitBody(view)(request)  # type: ignore[arg-type]
    if passes:
        assert answer == "passed"
    else:
        assert answer.status_code == 413
        assert not passed
