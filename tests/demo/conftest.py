"""A site seeded with the demo, without image files."""

from __future__ import annotations

from typing import Any, BinaryIO

import pytest

from extery.core.errors import ProblemList
from extery_demo import seed_site
from extery_demo.seed import SeedResult
from extery_site.catalog.models import Image

# The fixtures of the site's tests: database, data folder and users.
from tests.site.conftest import _own_folders as _own_folders
from tests.site.conftest import _own_temporary_folder as _own_temporary_folder
from tests.site.conftest import django_db_modify_db_settings as django_db_modify_db_settings
from tests.site.conftest import moderator as moderator
from tests.site.conftest import owner as owner
from tests.site.conftest import run_tasks as run_tasks
from tests.site.factories import make_image


class RowOnly:
    """Replaces `uploaded_image`, which takes most of the time of seeding."""

    problems = ProblemList()

    def __init__(self, _file: BinaryIO) -> None:
        pass

    def __enter__(self) -> RowOnly:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def store(self, *, alt_text: str = "") -> Image:
        return make_image(alt_text=alt_text)


@pytest.fixture
def fake_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw and store no images; a test of its own does."""
    monkeypatch.setattr(
        "extery_demo.seed.draw_image",
        lambda scenario: b"an image" if scenario.alt_text else None,
    )
    monkeypatch.setattr("extery_site.publish.actions.uploaded_image", RowOnly)


@pytest.fixture
def seeded(db: None, fake_images: None, settings: Any) -> SeedResult:
    """A site seeded with the demo, which does not depend on how the site publishes later versions."""
    settings.EXTERY_LATER_VERSIONS = "by-risk"
    return seed_site()
