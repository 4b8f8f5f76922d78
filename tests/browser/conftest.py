"""A browser and a site for it: every page of a test is watched for what a visitor would not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.parts import launch_browser
from tests.site.conftest import django_db_modify_db_settings as django_db_modify_db_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

#: How long to wait for anything on a page, in milliseconds; a busy machine is slow, not broken.
PATIENCE = 300_000


@pytest.fixture(scope="session")
def _data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folders that a server expects at its start."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("server")
    (folder / "static").mkdir()
    with override_settings(EXTERY_DATA=folder, STATIC_ROOT=folder / "static"):
        yield


@pytest.fixture(scope="session")
def live_server(_data_folder: None, live_server: LiveServer) -> LiveServer:
    """The server of pytest-django, started when its folders are there."""
    return live_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module; each context in it is as good as a new one.

    Playwright keeps an event loop in this thread, and Django would refuse its ORM there.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with launch_browser() as browser:
            yield browser


@pytest.fixture
def site(live_server: LiveServer, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a running site with an empty database and a data folder of its own."""
    folder = tmp_path_factory.mktemp("data")
    settings.EXTERY_DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.ACCOUNT_RATE_LIMITS = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return str(live_server.url)


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a window for somebody new; at the end nothing may have gone wrong unseen in any."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: Any) -> None:
        # A 4xx answer is logged as an error too; tests look at the page that comes with it.
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    def come(**options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield come
    for context in contexts:
        context.close()
    assert complaints == []
