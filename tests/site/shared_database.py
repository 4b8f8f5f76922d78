"""Database content that all tests of a module share: created once, every test rolls back to it.

Creating what most tests of a page start from takes longer than the tests. A module declares it as::

    @pytest.fixture(scope="module", autouse=True)
    def _content(shared_content: SharedContent) -> None:
        with shared_content.create():
            factories.make_approved(...)

Each test runs in a transaction inside that of the module, with a copy of its media folder. A module
with shared content has no tests with real transactions.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from extery_site.listings.cache import LISTINGS
from extery_site.listings.download_counts import DOWNLOADS


def isolated_settings(folder: Path) -> dict[str, Any]:
    """Return settings of a site of its own in ``folder``, with fast password hashes."""
    return {
        "EXTERY_DATA": folder,
        "MEDIA_ROOT": folder / "media",
        "STATIC_ROOT": folder / "static",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        # Pages show what was written just before.
        "PAGE_CACHE_SECONDS": 0,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }


def reset_process_state() -> None:
    """Forget what the process of a site keeps in memory."""
    LISTINGS.clear()
    # No thread may write to the database while another test runs.
    DOWNLOADS.interval = None
    DOWNLOADS.reset()


class SharedContent:
    """The content of one module: a transaction that is rolled back at its end, and a data folder."""

    def __init__(self, folder: Path, blocker: DjangoDbBlocker) -> None:
        self.folder = folder
        self._blocker = blocker
        self._atomic = transaction.atomic()
        # As the transactions of Django's TestCase: those that must be outermost may be inside it.
        self._atomic._from_testcase = True
        self._is_open = False

    @contextmanager
    def create(self, **settings: Any) -> Iterator[None]:
        """Create content with the given settings."""
        with self._blocker.unblock():
            if not self._is_open:
                self._atomic.__enter__()
                self._is_open = True
            reset_process_state()
            (self.folder / "static").mkdir(exist_ok=True)
            with override_settings(**isolated_settings(self.folder), **settings):
                yield
            reset_process_state()

    def copy_media(self, folder: Path) -> None:
        """Link the media files to ``folder``: files in it are replaced, never changed."""
        source = self.folder / "media"
        if source.exists():
            shutil.copytree(source, folder, copy_function=os.link, dirs_exist_ok=True)

    def close(self) -> None:
        """Delete the content."""
        if self._is_open:
            with self._blocker.unblock():
                transaction.set_rollback(True)
                self._atomic.__exit__(None, None, None)
