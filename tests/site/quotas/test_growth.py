"""The limits of an account grow with its approved work, and fall with blocks and malware."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.catalog.trust import HISTORY, Trust, trust_of
from extery_site.moderation import decisions
from extery_site.moderation.review_context import tab_url
from extery_site.project.setting_types import Rate
from extery_site.publish import actions as publish
from extery_site.scanning.quarantine import put_into_quarantine
from extery_site.scanning.releases import release_package
from tests.site import factories
from tests.site.packages import package

SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _growth(settings: Any) -> None:
    settings.EXTERY_LIMIT_GROWTH = ((1, 2), (3, 4))


def upload(client: Client, **fields: Any) -> Any:
    file = SimpleUploadedFile("gears.zip", package(**fields))
    return client.post("/api/v1/packages/", {"file": file})


def test_a_new_account_has_the_small_limit_and_the_greater_one_once_its_work_is_approved(
    owner: User, moderator: User, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_DRAFTS_PER_ACCOUNT = 2
    client = program(owner)
    sent = [upload(client, id=f"gear_{number}").status_code for number in range(3)]
    assert sent == [201, 201, 429]
    [problem] = upload(client, id="gear_9").json()["problems"]
    assert "the limit is 2" in problem["message"]
    assert problem["hint"].endswith("approved versions that a limit of 4 still needs: 1")

    factories.make_approved(owner, moderator, id="gear_tool")
    sent = [upload(client, id=f"gear_{number}").status_code for number in range(2, 5)]
    assert sent == [201, 201, 429]


def test_a_quota_of_a_period_grows_and_says_what_it_grows_to(
    owner: User, moderator: User, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_UPLOADS_PER_ACCOUNT = Rate(1, timedelta(hours=1), "hour")
    factories.make_approved(owner, moderator)
    client = program(owner)
    sent = [upload(client, id=f"gear_{number}") for number in range(3)]
    assert [response.status_code for response in sent] == [201, 201, 429]
    [problem] = sent[-1].json()["problems"]
    assert "limit of 2 uploads per hour" in problem["message"]
    assert problem["hint"].endswith("a limit of 4 still needs: 2")


def test_a_block_counts_only_what_is_approved_later_until_it_ends(
    owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator, id="gear_1")
    assert trust_of(owner.pk) == Trust(1, 0, None)
    extension = factories.make_blocked(owner, moderator, id="gear_2")
    found = trust_of(owner.pk)
    assert (found.approved, found.level, found.factor) == (0, 0, 1)
    assert found.lowered_at is not None
    factories.make_approved(owner, moderator, id="gear_3")
    assert trust_of(owner.pk).approved == 1
    decisions.unblock_extension(extension=extension, by=moderator, reason="A mistake")
    assert trust_of(owner.pk) == Trust(3, 0, None)


def test_a_block_of_a_version_lowers_the_limits_for_a_year(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator, id="gear_1")
    version = factories.make_approved(owner, moderator, id="gear_2")
    decisions.block_version(version=version, by=moderator, reason="Sends data away")
    assert trust_of(owner.pk).factor == 1
    Event.objects.filter(kind="version_blocked").update(created_at=timezone.now() - HISTORY)
    assert trust_of(owner.pk) == Trust(1, 0, None)


def test_malware_lowers_the_limits_until_it_is_released(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator, id="gear_1")
    version = factories.make_waiting(owner, id="gear_2")
    [infected] = version.packages.select_related("file", "version__extension")
    put_into_quarantine(infected, "Test.Signature")
    assert trust_of(owner.pk).factor == 1
    release_package(package=infected, by=moderator, reason="A false alarm")
    assert trust_of(owner.pk) == Trust(1, 0, None)


def test_malware_counts_when_its_author_deletes_the_version(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_draft(owner, version="2.0.0")
    [infected] = version.packages.select_related("file", "version__extension")
    put_into_quarantine(infected, "Test.Signature")
    publish.discard_draft(version=version, by=owner)
    assert trust_of(owner.pk).lowered_at is not None


def test_declined_versions_count_less_and_unreviewed_ones_and_those_of_others_not(
    owner: User, stranger: User, moderator: User
) -> None:
    first = factories.make_approved(owner, moderator, id="gear_1")
    declined = factories.make_waiting(owner, id="gear_2")
    decisions.decline_version(
        version=declined, packages=declined.package_hashes, by=moderator, reason="Does nothing"
    )
    found = trust_of(owner.pk)
    assert (found.approved, found.declined, found.points) == (1, 1, 0)
    Event.objects.filter(kind="declined").update(created_at=timezone.now() - HISTORY)
    assert trust_of(owner.pk).points == 1
    first.extension.owner = stranger
    first.extension.save()
    assert (trust_of(owner.pk).points, trust_of(stranger.pk).points) == (1, 0)
    Version.objects.filter(pk=first.pk).update(is_unreviewed=True)
    assert trust_of(owner.pk).points == 0


def test_it_costs_one_query(owner: User, moderator: User, django_assert_num_queries: Any) -> None:
    factories.make_approved(owner, moderator)
    with django_assert_num_queries(1):
        trust_of(owner.pk)


def test_without_growth_all_accounts_have_the_same_limits(
    owner: User, moderator: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXTERY_LIMIT_GROWTH = ()
    factories.make_approved(owner, moderator)
    assert (trust_of(owner.pk).factor, trust_of(owner.pk).next_step) == (1, None)
    page = signed_in(owner).get("/account/limits/").content.decode()
    assert "the same for all accounts" in page
    assert "How they grow" not in page


def test_the_page_and_the_api_show_the_limits(
    owner: User, moderator: User, signed_in: SignedIn, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_DRAFTS_PER_ACCOUNT, settings.EXTERY_SUBMISSIONS_PER_ACCOUNT = 5, None
    settings.EXTERY_UPLOADS_PER_ACCOUNT = Rate(50, timedelta(days=1), "day")
    factories.make_approved(owner, moderator)
    page = signed_in(owner).get("/account/limits/").content.decode()
    assert "100 per day" in page
    assert "after 2 more" in page
    assert "Unlimited" in page
    assert program(owner).get("/api/v1/account/limits").json() == {
        "approved": 1,
        "declined": 0,
        "lowered": False,
        "factor": 2,
        "next_factor": 4,
        "missing": 2,
        "limits": [
            {"name": "uploads", "limit": 100, "period": "day"},
            {"name": "drafts", "limit": 10, "period": None},
            {"name": "submissions", "limit": None, "period": None},
        ],
    }


def test_moderators_see_the_level_of_an_author_and_the_author_does_not(
    owner: User, moderator: User, signed_in: SignedIn
) -> None:
    factories.make_approved(owner, moderator, id="gear_1")
    version = factories.make_waiting(owner, id="gear_2")
    text = "level 1 (times 2)"
    assert text in signed_in(moderator).get(tab_url(version)).content.decode()
    assert text not in signed_in(owner).get(tab_url(version)).content.decode()
