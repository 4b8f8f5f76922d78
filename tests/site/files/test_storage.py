"""Files get their name in one step, and go when their row does."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest

from extery_site.files.storage import (
    media_path,
    remove_after_commit,
    remove_leftovers,
    staged,
)

DATA = b"gears"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.mark.django_db
def test_a_staged_file_is_kept_under_its_hash(media: Callable[[], list[str]]) -> None:
    source = io.BytesIO(DATA)
    source.seek(3)
    with staged(source) as stage:
        assert (stage.sha256, stage.size) == (DIGEST, 5)
        name = stage.keep("packages", ".zip")
    assert name == f"packages/{DIGEST[:2]}/{DIGEST}.zip"
    assert media() == [name]
    assert media_path(name).read_bytes() == DATA
    assert media_path(name).stat().st_mode & 0o777 == 0o644


def test_what_is_not_kept_is_gone(media: Callable[[], list[str]]) -> None:
    with staged(io.BytesIO(DATA)):
        assert len(media()) == 1
    assert media() == []


@pytest.mark.django_db
def test_what_a_killed_process_left_goes_and_what_is_being_written_stays(
    media: Callable[[], list[str]],
) -> None:
    assert remove_leftovers() == 0
    with staged(io.BytesIO(DATA)) as stage:
        stage.keep("packages", ".zip")
    kept = media()
    with staged(io.BytesIO(DATA)) as stage:
        written_at = stage.path.stat().st_mtime
        assert remove_leftovers(now=written_at + 60) == 0
        assert remove_leftovers(now=written_at + 7200) == 1
        assert media() == kept


def keep_and_fail(**options: Any) -> None:
    with staged(io.BytesIO(DATA), **options) as stage:
        stage.keep("packages", ".zip")
        raise RuntimeError


def test_an_error_takes_the_name_back_unless_the_file_was_there(
    db: None, media: Callable[[], list[str]]
) -> None:
    with pytest.raises(RuntimeError):
        keep_and_fail()
    assert media() == []
    with staged(io.BytesIO(DATA)) as stage:
        name = stage.keep("packages", ".zip")
    with pytest.raises(RuntimeError):
        keep_and_fail()
    assert media() == [name]


def test_an_error_does_not_take_what_somebody_else_has_stored_since(
    db: None, media: Callable[[], list[str]]
) -> None:
    asked = []

    def is_used(name: str) -> bool:
        asked.append(name)
        return True

    with pytest.raises(RuntimeError):
        keep_and_fail(is_used=is_used)

    assert media() == asked == [f"packages/{DIGEST[:2]}/{DIGEST}.zip"]


def test_a_source_that_fails_leaves_nothing(media: Callable[[], list[str]]) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"), staged(Broken()):
        pass
    assert media() == []


def test_a_file_goes_after_the_commit_unless_it_is_still_needed(
    db: None, media: Callable[[], list[str]], django_capture_on_commit_callbacks: Any
) -> None:
    with staged(io.BytesIO(DATA)) as stage:
        name = stage.keep("packages", ".zip")
    with django_capture_on_commit_callbacks() as callbacks:
        remove_after_commit(name, unless=lambda: True)
        remove_after_commit(name, unless=lambda: False)
        remove_after_commit("", unless=lambda: False)
    assert len(callbacks) == 2
    callbacks[0]()
    assert media() == [name]
    callbacks[1]()
    assert media() == []
