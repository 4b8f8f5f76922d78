"""Fixtures for tests of the site: data folder, users, clients."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.listings.cache import LISTINGS
from extery_site.project.tasks import queue, task_enqueued
from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.runner import AttemptResult, run_task
from extery_site.project.tasks.worker import ALL_QUEUES
from tests.analysis_in_process import small_sources_here
from tests.isolated_in_process import isolated_functions_here
from tests.site import factories
from tests.site.replay import ACTIVE, Replay
from tests.site.shared_database import SharedContent, isolated_settings, reset_process_state
from tests.static_files_once import static_files_once


@pytest.fixture(scope="session", autouse=True)
def _small_sources_here() -> Iterator[None]:
    """Analyse the code of small uploads without a child process."""
    with small_sources_here():
        yield


@pytest.fixture(scope="session", autouse=True)
def _isolated_functions_here() -> Iterator[None]:
    """Call isolated functions in this process."""
    with isolated_functions_here():
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_once() -> Iterator[None]:
    """List the static files once, and not for each test client."""
    with static_files_once():
        yield


@pytest.fixture(autouse=True)
def _own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo that the server, started in this process, moves temporary files to its data folder."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())


@pytest.fixture(scope="module")
def shared_content(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[SharedContent]:
    """Content that all tests of the module share."""
    content = SharedContent(tmp_path_factory.mktemp("shared"), django_db_blocker)
    yield content
    content.close()


@pytest.fixture(scope="session")
def _data_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data folders of tests are; that of pytest has so many that a new one takes long."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def _replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    """The calls of factories that this process has recorded."""
    if ACTIVE:  # of another folder, whose conftest has this fixture too
        yield ACTIVE[0]
        return
    replay = Replay(tmp_path_factory.mktemp("replay"))
    ACTIVE.append(replay)
    yield replay
    ACTIVE.remove(replay)


@pytest.fixture(autouse=True)
def _own_folders(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    _own_temporary_folder: None,
    _data_folders: Path,
    _replay: Replay,
) -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(dir=_data_folders))
    for name, value in isolated_settings(folder).items():
        setattr(settings, name, value)
    settings.STATIC_ROOT.mkdir()
    if "shared_content" in request.fixturenames:
        request.getfixturevalue("shared_content").copy_media(settings.MEDIA_ROOT)
    reset_process_state()
    with _replay.during(monkeypatch):
        yield
    LISTINGS.clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def media(settings: Any) -> Callable[[], list[str]]:
    """The names of all files in the media folder."""

    def names() -> list[str]:
        root = Path(settings.MEDIA_ROOT)
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return names


def find_user(username: str) -> User | None:
    """Return a user whom the content that the module shares has already."""
    return User.objects.filter(username=username).first()


@pytest.fixture
def owner(db: None) -> User:
    """Ada, an author."""
    return find_user("ada") or factories.make_user("ada", full_name="Ada Tester")


@pytest.fixture
def moderator(db: None) -> User:
    """Mod, a moderator."""
    return find_user("mod") or factories.make_moderator("mod")


@pytest.fixture
def stranger(db: None) -> User:
    """Eve, a user without extensions."""
    return find_user("eve") or factories.make_user("eve")


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
