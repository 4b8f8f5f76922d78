"""Fixtures for tests of the site: data folder, users, clients."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.listings.cache import LISTINGS
from extery_site.listings.download_counts import DOWNLOADS
from extery_site.project.tasks import queue, task_enqueued
from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.runner import AttemptResult, run_task
from extery_site.project.tasks.worker import ALL_QUEUES
from tests.site import empty_database, factories


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite a file, which threads share as they do in the real site; else one database per worker."""
    from django.db import connection

    empty_database.use_after_tests()
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(autouse=True)
def _own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo that the server, started in this process, moves temporary files to its data folder."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("data")
    settings.EXTERY_DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    LISTINGS.clear()
    # No thread may write to the database while another test runs.
    DOWNLOADS.interval = None
    DOWNLOADS.reset()
    yield
    LISTINGS.clear()


@pytest.fixture
def media(settings: Any) -> Callable[[], list[str]]:
    """The names of all files in the media folder."""

    def names() -> list[str]:
        root = Path(settings.MEDIA_ROOT)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return names


@pytest.fixture
def owner(db: None) -> User:
    """Ada, an author."""
    return factories.make_user("ada", full_name="Ada Tester")


@pytest.fixture
def moderator(db: None) -> User:
    """Mod, a moderator."""
    return factories.make_moderator("mod")


@pytest.fixture
def stranger(db: None) -> User:
    """Eve, a user without extensions."""
    return factories.make_user("eve")


@pytest.fixture
def approve(owner: User, moderator: User) -> Callable[..., Version]:
    """Return a function that publishes a version of Ada's with the given manifest fields."""
    return lambda **fields: factories.make_approved(owner, moderator, **fields)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a function that returns a client with a signed-in user."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def program() -> Callable[[User], Client]:
    """Return a function that returns a client with an API token of a user."""

    def client_of(user: User) -> Client:
        _, secret = create_token(user=user, name="test")
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client_of


def _run_ready_tasks() -> int:
    number = 0
    while claimed := queue.claim(
        worker_id="test",
        queues=ALL_QUEUES,
        limit=1,
        lease=timedelta(hours=1),
        now=timezone.now(),
    ):
        outcome = run_task(claimed[0])
        stored = StoredTask.objects.get(pk=claimed[0].pk)
        assert outcome is AttemptResult.SUCCESSFUL, stored.errors[-1]["traceback"]
        number += 1
    return number


@pytest.fixture
def run_tasks(db: None) -> Callable[[], int]:
    """Run the queued tasks in this process, as a worker would; return their number."""
    return _run_ready_tasks


@pytest.fixture
def immediate_tasks(db: None) -> Iterator[None]:
    """Run every task immediately when it is enqueued."""

    def run(**_: Any) -> None:
        _run_ready_tasks()

    task_enqueued.connect(run)
    yield
    task_enqueued.disconnect(run)
