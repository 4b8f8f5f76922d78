"""The migration that gives events the number of their version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.site.migrating import earlier_state

BEFORE = [("catalog", "0008_expiry_of_drafts"), ("moderation", "0003_decisions_are_events")]


@pytest.mark.django_db(transaction=True)
def test_events_take_the_number_of_their_version_or_of_their_text() -> None:
    with earlier_state(*BEFORE) as apps:
        fill(apps)

    from extery_site.catalog.models import Event

    rows = Event.objects.order_by("pk").values_list("kind", "version_number", "text")
    assert [*rows] == [
        ("submitted", "1.2.0", "Release notes"),
        ("discarded", "1.1.0", ""),
        ("expired", "1.0.0", ""),
        ("blocked", "", "1.0.0 spies"),
        ("submitted", "", "A version that is gone"),
    ]


def fill(apps: Any) -> None:
    user = apps.get_model("accounts", "User").objects.create(username="ada")
    extension = apps.get_model("catalog", "Extension").objects.create(
        extension_id="gear_tool", id_key="gear_tool", owner=user
    )
    version = apps.get_model("catalog", "Version").objects.create(
        extension=extension, number="1.2.0", sort_key="1", blender_min=4002000, created_by=user
    )
    rows = (
        ("submitted", version, "Release notes"),
        ("discarded", None, "1.1.0"),
        ("expired", None, "1.0.0"),
        ("blocked", None, "1.0.0 spies"),
        ("submitted", None, "A version that is gone"),
    )
    for kind, of, text in rows:
        apps.get_model("catalog", "Event").objects.create(
            extension=extension, by=user, kind=kind, version=of, text=text
        )
