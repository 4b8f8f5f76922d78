"""A browser and a site: errors in the console of any page fail the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import steps
from tests.parts import launch_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture(scope="session")
def _data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Create the folders that a server expects at its start."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("server")
    (folder / "static").mkdir()
    with override_settings(EXTERY_DATA=folder, STATIC_ROOT=folder / "static"):
        yield


@pytest.fixture(scope="session")
def live_server(_data_folder: None, live_server: LiveServer) -> LiveServer:
    """The server of pytest-django, started after its folders exist."""
    return live_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per module; each context is isolated.

    Playwright keeps an event loop in this thread, and Django would refuse its ORM there.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with launch_browser() as browser:
            yield browser


@pytest.fixture
def site(live_server: LiveServer, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a running site with an empty database and its own data folder."""
    from extery_site.listings.download_counts import DOWNLOADS

    # No thread may write to the database while another test runs.
    DOWNLOADS.interval = None
    DOWNLOADS.reset()
    folder = tmp_path_factory.mktemp("data")
    settings.EXTERY_DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.ACCOUNT_RATE_LIMITS = False
    settings.PAGE_CACHE_SECONDS = 0  # a test looks at once for what it has published
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return str(live_server.url)


@pytest.fixture
def visitor(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a new browser context; console errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def note(message: Any) -> None:
        # A response with 4xx, or a connection that a test cuts, is logged too; tests check what the page says.
        expected = ("status of 4", "net::ERR_CONNECTION_FAILED", "net::ERR_INTERNET")
        if message.type == "error" and not any(text in message.text for text in expected):
            errors.append(message.text)

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=site, **options)
        context.set_default_timeout(steps.TIME_LIMIT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
