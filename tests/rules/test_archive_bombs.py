"""Archives in an extension that unpack to far more than their size, at any depth and in wheels."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.rules.file_problems import checked
from tests.samples.packages import WHEEL, WITH_WHEEL, add_on, packed, wheel


def zeros(megabytes: int, name: str = "zeros") -> bytes:
    return packed((name, bytes(megabytes * 1_000_000)))


def bombs(data: bytes) -> list[str]:
    found = [problem for problem in checked(data) if problem.code == "file.archive-bomb"]
    assert all(problem.is_error and problem.hint for problem in found)
    return [problem.message for problem in found]


def test_an_archive_that_is_a_bomb_is_found_at_any_depth_and_in_wheels() -> None:
    bomb = zeros(60)
    [message] = bombs(add_on(("data/a.dat", bomb)))
    assert message.startswith("data/a.dat of 58")
    assert message.endswith("unpacks to 60 MB")
    nested = packed(("x.txt", b"x"), ("b.zip", packed(("c.jar", bomb))))
    [message] = bombs(add_on(("data/a.zip", nested)))
    assert message.startswith("b.zip/c.jar in data/a.zip has 58")
    file = io.BytesIO(wheel())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gears/data.zip", bomb)
    with_bomb = file.getvalue()
    [message] = bombs(add_on((WHEEL, with_bomb), manifest=WITH_WHEEL))
    assert message.startswith(f"gears/data.zip in {WHEEL} has 58")
    assert bombs(add_on((WHEEL, with_bomb)))  # also if it is not listed


def test_what_compresses_well_and_is_small_or_what_does_not_is_no_bomb() -> None:
    for content in (zeros(40), b"PK\3\4 nothing", b"PK\5\6"):
        assert bombs(add_on(("data/a.zip", content), ("b.zip", packed(("c.zip", content))))) == []


def test_the_search_for_bombs_in_archives_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    data = add_on(("a.zip", packed(("b.zip", packed(("c.zip", zeros(60)))))))
    assert bombs(data)
    for name in ("_MAX_ARCHIVES", "_MAX_DEPTH", "_MAX_UNPACKED"):
        with monkeypatch.context() as patch:
            patch.setattr(f"extery.rules.files.archive_bomb.{name}", 1)
            assert bombs(data) == []
