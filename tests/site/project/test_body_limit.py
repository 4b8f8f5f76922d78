"""The middleware that limits request bodies."""

from __future__ import annotations

from typing import Any

import pytest

from extery_site.project import body_limit


@pytest.mark.parametrize(
    ("length", "refused", "status"),
    [
        ("1000", None, 200),
        ("", None, 200),
        ("1300000", None, 413),
        ("0", body_limit.TOO_LARGE, 413),
        ("0", body_limit.NO_SPACE, 503),
        ("0", body_limit.ADDRESS_SHARE, 429),
    ],
)
def test_a_body_is_refused_by_its_declared_length_or_by_the_server(
    rf: Any, settings: Any, length: str, refused: str | None, status: int
) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000
    request = rf.post("/api/v1/packages/")
    request.META["CONTENT_LENGTH"] = length
    if refused:
        request.META[body_limit.REFUSED_BODY] = refused
    passed: list[Any] = []

    def view(request: Any) -> str:
        passed.append(request)
        return "passed"

    response: Any = body_limit.BodyLimitMiddleware(view)(request)  # type: ignore[arg-type]
    if status == 200:
        assert response == "passed"
    else:
        assert response.status_code == status
        assert ("Retry-After" in response.headers) == (status in {429, 503})
        assert not passed


@pytest.mark.parametrize(("number", "size"), [(2, 2_400_000), (None, None)])
def test_the_space_of_an_address_is_a_number_of_uploads(
    settings: Any, number: int | None, size: int | None
) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000
    settings.EXTERY_UPLOADS_AT_ONCE_PER_ADDRESS = number
    assert body_limit.max_unfinished_bytes_of_address() == size
