"""Owners are told once that their extension breaks in a Blender that came later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import BlenderTest, KnownIncompatibility, Version
from extery_site.notify.models import MailJob, Notification
from extery_site.test_runs import notices
from extery_site.test_runs.models import Blender, NewBlender
from extery_site.test_runs.notices import tell_owners
from tests.site.test_runs.conftest import FakeBlenders

pytestmark = pytest.mark.django_db
Publish = Callable[..., Version]
KIND = "breaks_in_blender"


def breaks(version: Version, blender: int = 5_003_000) -> None:
    KnownIncompatibility.objects.create(package=version.packages.get(), blender=blender)


def told() -> list[str]:
    return [*Notification.objects.filter(kind=KIND).values_list("about", flat=True)]


def make_new(blender: int = 5_003_000) -> None:
    """Forget a series, as if the tables gained it with the next start of the site."""
    NewBlender.objects.filter(pk=blender).delete()


def test_a_series_that_the_tables_gain_is_told_once_for_each_extension(
    published: Publish, owner: User, settings: Any
) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example"
    version = published()
    breaks(version)
    breaks(published(id="other_gear", name="Other gear"), 5_002_000)
    assert tell_owners() == 0  # what was there before is no news
    assert told() == []

    make_new()
    assert tell_owners() == 1
    assert tell_owners() == 0
    [notification] = Notification.objects.filter(kind=KIND)
    assert notification.about == "Gear Tool 1.0.0 breaks in Blender 5.3"
    assert "set the maximum Blender version" in notification.text
    assert notification.url == "/extensions/gear_tool/"
    assert MailJob.objects.filter(notification=notification, user=owner).count() == 1


def test_a_version_that_is_newer_than_the_blender_or_excludes_it_is_no_news(
    published: Publish,
) -> None:
    tell_owners()
    make_new()
    tell_owners()
    breaks(published())
    narrow = published(id="narrow", name="Narrow")
    breaks(narrow)
    Version.objects.filter(pk=narrow.pk).update(
        blender_max=5_003_000, approved_at=timezone.now() - timedelta(days=9)
    )
    assert tell_owners() == 0


def test_a_failure_in_a_blender_that_the_site_gained_is_told_with_what_failed(
    fakes: FakeBlenders, published: Publish
) -> None:
    version = published()
    breaks(version, 5_003_000)
    tell_owners()
    Blender.objects.create(program=str(Path("/opt/new")), release="5.3.0")
    assert tell_owners() == 0  # the code broke there before, and no test says more
    package = version.packages.get()
    BlenderTest.objects.create(
        package=package, blender=5_003_000, release="5.3.0", works=False, text="no gears"
    )
    assert tell_owners() == 1
    text = Notification.objects.get(kind=KIND).text
    assert "In a test in Blender 5.3.0: no gears" in text


def test_a_test_that_passed_outranks_the_code(published: Publish) -> None:
    version = published()
    breaks(version)
    tell_owners()
    BlenderTest.objects.create(
        package=version.packages.get(), blender=5_003_000, release="5.3.0", works=True
    )
    make_new()
    assert tell_owners() == 0


def test_many_owners_are_told_at_a_pace(
    published: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PACE", 1)
    breaks(published())
    breaks(published(id="other_gear", name="Other gear"))
    tell_owners()
    make_new()
    assert [tell_owners(), tell_owners(), tell_owners()] == [1, 1, 0]
    assert len(told()) == 2
