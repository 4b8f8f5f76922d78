"""Fixtures: an update in review, which a module creates once, and the browser of a moderator."""

from __future__ import annotations

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from tests.site import factories
from tests.site.moderation.review_page.steps import CODE, SignIn
from tests.site.shared_database import SharedContent


@pytest.fixture(scope="module", autouse=True)
def _update(shared_content: SharedContent) -> None:
    """An update in review, with a new file, a permission, a binary and a finding."""
    with shared_content.create():
        owner = factories.make_user("ada", full_name="Ada Tester")
        factories.make_approved(owner, factories.make_moderator("mod"))
        factories.make_waiting(
            owner,
            version="1.1.0",
            permissions={"network": "Look up places"},
            files={"places.py": CODE, "lib/fast.so": b"\0\1", "__init__.py": "def (:\n"},
        )


@pytest.fixture
def version(db: None) -> Version:
    """The update."""
    return Version.objects.select_related("extension").get(number="1.1.0")


@pytest.fixture
def browser(moderator: User, signed_in: SignIn) -> Client:
    return signed_in(moderator)
