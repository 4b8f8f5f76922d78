"""Drafts and extensions that are discarded or deleted while others use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.moderation import comments as review
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from extery_site.publish import deletion
from extery_site.reports import actions as reports
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously, upload
from tests.site.stored import stored_names

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("round_", range(3))
def test_a_report_or_comment_on_a_draft_that_is_discarded_is_stored_or_refused(
    owner: User, moderator: User, round_: int
) -> None:
    version = factories.make_draft(owner)
    extension = version.extension

    discarded, *others = run_simultaneously(
        lambda: publish.discard_draft(version=version, by=owner),
        lambda: reports.report_extension(
            extension=extension, by=moderator, reason="other", text="Look"
        ),
        lambda: review.comment(extension=extension, by=owner, text="Mine"),
        lambda: publish.update_draft(extension=extension, by=owner, description="Gears"),
        lambda: moderation.block_extension(extension=extension, by=moderator, reason="Harm"),
    )

    if discarded is None:
        assert not Extension.objects.exists()
        assert set(errors_of(others)) <= {"request.not-found"}
    else:
        assert errors_of([discarded]) == ["upload.extension-blocked"]


@pytest.mark.parametrize("kind", ["report", "comment"])
def test_a_draft_is_not_deleted_between_the_check_and_the_row_that_refers_to_it(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import threading

    version = factories.make_draft(owner)
    extension = version.extension
    checked, discarded = threading.Event(), threading.Event()
    module: Any = review if kind == "comment" else reports
    real_check = module.clean_text

    def check_and_wait(*arguments: Any, **named: Any) -> str:
        checked.set()
        # The discarding transaction waits for this one, or has ended.
        discarded.wait(1)
        return str(real_check(*arguments, **named))

    def discard() -> None:
        checked.wait(300)
        publish.discard_draft(version=version, by=owner)
        discarded.set()

    def refer() -> None:
        if kind == "comment":
            review.comment(extension=extension, by=owner, text="Mine")
        else:
            reports.report_extension(extension=extension, by=moderator, reason="other", text="Look")

    monkeypatch.setattr(module, "clean_text", check_and_wait)

    assert errors_of(run_simultaneously(refer, discard)) == []
    assert not Extension.objects.exists()


def test_simultaneous_discards_discard_once(owner: User, media: Callable[[], list[str]]) -> None:
    version = factories.make_draft(owner)
    discard = partial(publish.discard_draft, version=version, by=owner)

    results = run_simultaneously(discard, discard)

    assert errors_of(results) == ["request.not-found"]
    assert not Extension.objects.exists()
    assert media() == []


@pytest.mark.parametrize("round_", range(3))
def test_a_file_discarded_and_uploaded_simultaneously_exists_if_its_row_does(
    owner: User, media: Callable[[], list[str]], round_: int
) -> None:
    version = factories.make_draft(owner)

    run_simultaneously(lambda: publish.discard_draft(version=version, by=owner), upload(owner))

    assert media() == stored_names()


def test_a_planned_deletion_is_cancelled_or_happens(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    deletion.delete_extension(extension=extension, by=owner)
    later = timezone.now() + timedelta(days=99)

    results = run_simultaneously(
        partial(deletion.delete_planned, now=later),
        partial(deletion.cancel_deletion, extension=extension, by=owner),
        partial(deletion.delete_planned, now=later),
    )

    extension.refresh_from_db()
    cancelled = extension.events.filter(kind="deletion_cancelled").count()
    deleted = extension.events.filter(kind="deleted_as_planned").count()
    assert (cancelled, deleted) == ((0, 1) if extension.is_deleted else (1, 0))
    assert sorted([results[0], results[2]]) == [0, deleted]
    assert errors_of(results) == (["manage.wrong-status"] if deleted else [])


def test_one_of_two_deletions_of_a_draft_deletes_it(owner: User) -> None:
    extension = factories.make_complete(owner).extension
    delete = partial(deletion.delete_extension, extension=extension, by=owner)

    results = run_simultaneously(delete, delete)

    assert errors_of(results) == ["request.not-found"]
    assert not Extension.objects.exists()
