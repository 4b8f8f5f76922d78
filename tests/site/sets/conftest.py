"""Fixtures for tests of sets: three public extensions of Ada's, and a set of Eve's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.sets.actions import create_set
from extery_site.sets.entries import add_extension
from extery_site.sets.models import ExtensionSet
from tests.site import factories
from tests.site.shared_database import SharedContent

Approve = Callable[..., Version]
#: Ids and names of the extensions, in the order of the set.
TOOLS = {"gear_tool": "Gear Tool", "snow_maker": "Snow Maker", "rock_garden": "Rock Garden"}


@pytest.fixture(scope="module", autouse=True)
def _content(shared_content: SharedContent) -> None:
    with shared_content.create():
        owner, moderator = (
            factories.make_user("ada", full_name="Ada Tester"),
            factories.make_moderator(),
        )
        for id_, name in TOOLS.items():
            factories.make_approved(owner, moderator, id=id_, name=name)


@pytest.fixture
def tools(db: None) -> dict[str, Version]:
    """The first versions of three public extensions, by id."""
    versions = Version.objects.select_related("extension")
    found = {version.extension.extension_id: version for version in versions}
    return {id_: found[id_] for id_ in TOOLS}


@pytest.fixture
def winter(tools: dict[str, Version], stranger: User) -> ExtensionSet:
    """Eve's public set with all three."""
    set_ = create_set(by=stranger, title="Winter work", description="For *cold* days.")
    for id_ in tools:
        add_extension(set_=set_, by=stranger, extension_id=id_)
    set_.refresh_from_db()
    return set_


def order_of(set_: ExtensionSet) -> list[str]:
    """Return the ids of a set in order."""
    return list(set_.entries.in_order().values_list("extension__extension_id", flat=True))
