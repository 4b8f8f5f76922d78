"""Fixtures for tests of ratings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.ratings import actions
from extery_site.ratings.models import Rating


@pytest.fixture
def extension(approve: Callable[..., Version]) -> Extension:
    """Gear Tool, a public extension of Ada's."""
    return approve().extension


@pytest.fixture
def rating(extension: Extension, stranger: User) -> Rating:
    """Eve's rating of Gear Tool: four stars."""
    return actions.rate(
        extension=extension,
        by=stranger,
        stars=4,
        text=" Good **gears**. ",
        blender="4.5.1",
        platform="linux-x64",
    )
