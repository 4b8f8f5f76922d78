"""Two people press at once: one succeeds, the other gets an error with the current status."""

from __future__ import annotations

from functools import partial

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.models import ListingEntry
from extery_site.moderation import blocks, decisions
from extery_site.moderation.models import BlockRequest
from extery_site.publish import actions
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


def listed() -> list[str]:
    entries = ListingEntry.objects.order_by("version__sort_key")
    return list(entries.values_list("version__number", flat=True))


def test_of_two_requests_for_a_block_one_is_open(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    imani = factories.make_moderator("imani")

    results = run_simultaneously(
        *(
            partial(blocks.ask_for_block, extension=extension, by=by, reason="Sends files")
            for by in (moderator, imani)
        )
    )

    assert errors_of(results) == ["review.block-requested"]
    assert BlockRequest.objects.open().count() == 1


def test_a_request_is_either_confirmed_or_refused_or_taken_back(
    owner: User, moderator: User
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    request = blocks.ask_for_block(extension=extension, by=moderator, reason="Sends files")
    imani, jonas = factories.make_moderator("imani"), factories.make_moderator("jonas")

    results = run_simultaneously(
        lambda: blocks.confirm_block(request=request, by=imani),
        lambda: blocks.refuse_block(request=request, by=jonas, answer="It asks first"),
        lambda: blocks.take_back_request(request=request, by=moderator),
    )

    assert errors_of(results) == ["review.block-request-closed"] * 2
    request.refresh_from_db()
    assert Extension.objects.get().is_blocked == (request.state == "confirmed")
    assert Event.objects.filter(kind="blocked").count() == (request.state == "confirmed")


def test_a_version_that_is_blocked_and_unpublished_at_once_is_blocked(
    owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)
    newest = factories.make_approved(owner, moderator, version="1.1.0")

    results = run_simultaneously(
        lambda: decisions.block_version(version=newest, by=moderator, reason="Sends files"),
        lambda: actions.unpublish(version=newest, by=owner),
    )

    assert errors_of(results) in ([], ["submit.wrong-status"])
    newest.refresh_from_db()
    assert (newest.status, listed()) == ("blocked", ["1.0.0"])


def test_a_version_is_approved_while_another_one_leaves(owner: User, moderator: User) -> None:
    first = factories.make_approved(owner, moderator)
    second = factories.make_waiting(owner, version="1.1.0")

    results = run_simultaneously(
        lambda: actions.unpublish(version=first, by=owner),
        lambda: decisions.approve_version(
            version=second, packages=second.package_hashes, by=moderator
        ),
    )

    assert errors_of(results) == []
    extension = Extension.objects.get()
    assert (extension.status, extension.newest_version) == ("approved", second)
    assert listed() == ["1.1.0"]


def test_a_version_is_either_put_on_hold_or_approved_or_withdrawn(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)

    results = run_simultaneously(
        lambda: decisions.hold_version(version=version, by=moderator, reason="A question"),
        lambda: decisions.approve_version(
            version=version, packages=version.package_hashes, by=moderator
        ),
    )

    assert errors_of(results) == ["review.wrong-status"]
    status = Version.objects.get().status
    assert (status, listed()) in (("on_hold", []), ("approved", ["1.0.0"]))
