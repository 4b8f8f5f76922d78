"""The precision of rules: what counts, how often, and who sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.disputes import accept_dispute, dispute, keep_finding
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Task, Waiver
from extery_site.moderation.precision import Precision, precision_of_codes, wilson
from tests.site import factories

SignIn = Callable[[User], Client]
PAGE, API = "/queue/-/precision/", "/api/v1/precision"


@pytest.fixture
def version(owner: User) -> Version:
    return factories.make_waiting(owner, files={"__init__.py": "def (:\n"})


def counted() -> tuple[int, int, int]:
    [row] = precision_of_codes()
    return row.confirmed, row.waived, row.open


def test_the_interval_is_that_of_wilson() -> None:
    assert wilson(0, 0) is None
    assert wilson(9, 10) == pytest.approx((0.596, 0.982), abs=0.001)
    assert wilson(0, 10) == pytest.approx((0.0, 0.278), abs=0.001)
    assert Precision("a.b", 13, 7, 0, ()).percent == "65%"


def test_a_dispute_is_open_then_confirmed_or_waived(
    version: Version, owner: User, moderator: User
) -> None:
    [fingerprint] = findings_of(version)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="It is fine")
    assert counted() == (0, 0, 1)
    keep_finding(dispute=row, by=moderator, answer="It is not")
    assert counted() == (1, 0, 0)
    code = row.code
    Waiver.objects.create(
        extension=version.extension, fingerprint=fingerprint, code=code, reason="x", by=moderator
    )
    assert counted() == (0, 1, 0)
    assert precision_of_codes(timezone.now() + timedelta(days=366)) == []


def test_a_fixed_task_confirms_unless_its_author_says_so_only(
    version: Version, owner: User, moderator: User
) -> None:
    now = timezone.now()
    task = Task.objects.create(
        version=version,
        text="Fix it",
        fingerprint="0" * 32,
        code="code.syntax",
        created_by=moderator,
        asked_at=now,
        done_at=now + timedelta(hours=1),
    )
    assert counted() == (1, 0, 0)
    task.done_by = owner
    task.save()
    assert precision_of_codes() == []


def test_moderators_read_the_page_and_the_api_and_others_do_not(
    version: Version,
    owner: User,
    moderator: User,
    signed_in: SignIn,
    django_assert_num_queries: Callable[..., object],
) -> None:
    [fingerprint] = findings_of(version)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="It is fine")
    accept_dispute(dispute=row, by=moderator)
    staff, author = signed_in(moderator), signed_in(owner)
    assert author.get(PAGE).status_code == author.get(API).status_code == 403
    text = staff.get(PAGE).content.decode()
    assert f"/problems/{row.code}/" in text
    assert "0 confirmed, 1 waived" in text
    assert "/queue/gear_tool/1.0.0/findings/" in text
    [found] = staff.get(API).json()
    assert (found["code"], found["waived"], found["precision"]) == (row.code, 1, 0.0)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        precision_of_codes()
