"""Periodic clean-ups of the media folder delete unused files only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from extery_site.accounts.models import User
from extery_site.catalog import images
from extery_site.catalog import tasks as catalog_tasks
from extery_site.catalog.tasks import delete_orphan_files, delete_unfinished_uploads
from extery_site.files.storage import media_path
from tests.site import factories

Media = Callable[[], list[str]]


def make_old(*names: str) -> None:
    for name in names:
        media_path(name).parent.mkdir(parents=True, exist_ok=True)
        media_path(name).touch()
        os.utime(media_path(name), (time.time() - 90_000,) * 2)


def test_old_files_without_a_row_are_deleted(
    owner: User, media: Media, run_tasks: Callable[[], int]
) -> None:
    factories.make_draft(owner)
    images.store_image(factories.picture())
    run_tasks()
    used = media()
    assert len(used) == 4
    make_old(*used, "packages/aa/orphan.zip", "images/bb/orphan.webp")
    recent = "packages/aa/recent.zip"
    media_path(recent).touch()
    result = delete_orphan_files.enqueue()
    run_tasks()
    result.refresh()
    assert result.return_value == 2
    assert media() == sorted([*used, recent])


def test_a_file_that_is_uploaded_again_meanwhile_stays(
    media: Media, run_tasks: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "packages/aa/orphan.zip"
    make_old(name)
    used = catalog_tasks._used

    def upload(names: list[str]) -> set[str]:
        os.utime(media_path(name))  # its row is not committed yet
        return used(names)

    monkeypatch.setattr(catalog_tasks, "_used", upload)
    delete_orphan_files.enqueue()
    run_tasks()
    assert media() == [name]


def test_unfinished_uploads_are_deleted(media: Media, run_tasks: Callable[[], int]) -> None:
    make_old("incoming/killed.part")
    media_path("incoming/growing.part").touch()
    delete_unfinished_uploads.enqueue()
    run_tasks()
    assert media() == ["incoming/growing.part"]
