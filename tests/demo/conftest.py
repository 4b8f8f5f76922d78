"""Seeding without image files, or of a few scenarios."""

from __future__ import annotations

from typing import BinaryIO

import pytest

from extery.core.errors import ProblemList
from extery_demo.scenarios import scenarios
from extery_site.catalog.models import Image

# The fixtures of the site's tests: database, data folder and users.
from tests.site.conftest import _data_folders as _data_folders
from tests.site.conftest import _own_folders as _own_folders
from tests.site.conftest import _own_temporary_folder as _own_temporary_folder
from tests.site.conftest import _replay as _replay
from tests.site.conftest import moderator as moderator
from tests.site.conftest import owner as owner
from tests.site.conftest import run_tasks as run_tasks
from tests.site.conftest import shared_content as shared_content
from tests.site.factories import make_image

#: Add-ons and a theme whose images are the largest as WebP, of which the first is the largest as PNG.
FEW = ("lantern_kit", "texel_compass", "beacon")


class RowOnly:
    """Replaces `uploaded_image`, which takes most of the time of seeding."""

    problems = ProblemList()

    def __init__(self, _file: BinaryIO, _purpose: str = "cover") -> None:
        pass

    def __enter__(self) -> RowOnly:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def store(self, *, alt_text: str = "") -> Image:
        return make_image(alt_text=alt_text)


def fake_images_with(patch: pytest.MonkeyPatch) -> None:
    """Draw and store no images until the end of ``patch``; a test of its own does."""
    patch.setattr(
        "extery_demo.seed.draw_image",
        lambda scenario: b"an image" if scenario.alt_text else None,
    )
    patch.setattr("extery_demo.seed.draw_gallery", lambda _: [])
    patch.setattr("extery_site.publish.actions.uploaded_image", RowOnly)


@pytest.fixture
def fake_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw and store no images. Tests replace the same names with the same ``monkeypatch``."""
    fake_images_with(monkeypatch)


@pytest.fixture
def few_scenarios(fake_images: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed the scenarios of `FEW` only, for tests of when and how the site is seeded.

    What is added for particular extensions of the others is left out.
    """
    few = [scenario for scenario in scenarios() if scenario.id in FEW]
    monkeypatch.setattr("extery_demo.seed.scenarios", lambda: few)
    monkeypatch.setattr("extery_demo.seed.add_waiting_versions", lambda *_: None)
    monkeypatch.setattr("extery_demo.seed.add_cases", lambda *_: None)
