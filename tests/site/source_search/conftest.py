"""Fixtures for tests of the source search: extensions in several statuses, all indexed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.source_search.indexing import index_version
from tests.site import factories

STARTS = "import subprocess as s\n\n\ndef run():\n    s.Popen(['true'])\n"
ASKS = "import requests\n\nurl = 'https://example.org/v1'\nrequests.get(url)\n"


@pytest.fixture
def index_all(db: None) -> Callable[[], None]:
    """Index all packages, without the other tasks."""

    def index() -> None:
        for version in Version.objects.all():
            index_version(version)

    return index


@pytest.fixture
def indexed(owner: User, moderator: User, index_all: Callable[[], None]) -> SimpleNamespace:
    """Two listed versions, one in review, and a draft that was never submitted."""
    files = {"net/start.py": STARTS}
    old = factories.make_approved(owner, moderator, files=files)
    new = factories.make_approved(owner, moderator, version="1.1.0", files=files)
    review = factories.make_waiting(
        owner, id="asker", name="Asker", files={"asks.py": ASKS, "start.py": STARTS}
    )
    draft = factories.make_draft(owner, id="secret", name="Secret", files={"a.py": STARTS})
    index_all()
    return SimpleNamespace(old=old, new=new, review=review, draft=draft)
