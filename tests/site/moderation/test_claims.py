"""Claims of versions: one moderator works on a version, for two hours after the last action."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from extery.core.errors import Conflict, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import claims
from extery_site.moderation import decisions as moderation
from extery_site.moderation.comments import comment
from extery_site.moderation.models import Claim
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously


@pytest.fixture
def imani(db: None) -> User:
    return factories.make_user("imani", full_name="Imani Okafor", is_moderator=True)


@pytest.fixture
def version(owner: User) -> Version:
    return factories.make_waiting(owner)


def expire(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).update(expires_at=timezone.now() - timedelta(minutes=1))


def holder(version: Version) -> User | None:
    current = claims.current_claim(version)
    return current.by if current else None


def test_a_moderator_claims_and_releases_a_version(version: Version, moderator: User) -> None:
    claims.claim(version=version, by=moderator)
    assert holder(version) == moderator
    claims.release(version=version, by=moderator)
    claims.release(version=version, by=moderator)
    assert holder(version) is None
    assert [(row.end, row.ended_by) for row in Claim.objects.all()] == [("released", moderator)]


def test_claiming_twice_renews_the_claim(version: Version, moderator: User) -> None:
    first = claims.claim(version=version, by=moderator)
    Claim.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert claims.claim(version=version, by=moderator).pk == first.pk
    assert Claim.objects.get().expires_at > timezone.now() + timedelta(minutes=100)


def test_the_second_moderator_learns_who_was_faster(
    version: Version, moderator: User, imani: User
) -> None:
    claim = claims.claim(version=version, by=imani)
    with pytest.raises(Conflict) as faster:
        claims.claim(version=version, by=moderator)
    assert faster.value.code == "review.claimed"
    assert "Imani Okafor claimed Gear Tool 1.0.0 one second before you" in str(faster.value)
    Claim.objects.filter(pk=claim.pk).update(claimed_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Conflict, match=r"Imani Okafor has claimed Gear Tool 1\.0\.0 until"):
        claims.claim(version=version, by=moderator)
    with pytest.raises(Conflict):
        claims.release(version=version, by=moderator)
    assert holder(version) == imani


def test_an_expired_claim_does_not_count(version: Version, moderator: User, imani: User) -> None:
    expire(claims.claim(version=version, by=imani))
    assert holder(version) is None
    claims.claim(version=version, by=moderator)
    assert holder(version) == moderator
    first = Claim.objects.earliest("pk")
    assert (first.end, first.ended_by, first.ended_at) == ("expired", None, first.expires_at)


def test_a_claim_is_taken_over_with_a_record(
    version: Version, moderator: User, imani: User
) -> None:
    first = claims.claim(version=version, by=imani)
    claims.take_over(version=version, by=moderator, claim=first.pk)
    assert holder(version) == moderator
    first.refresh_from_db()
    assert (first.end, first.ended_by) == ("taken_over", moderator)
    sent = Notification.objects.filter(kind="claim_taken_over")
    assert [(one.entry.user, one.by, one.about) for one in sent] == [
        (imani, moderator, str(version))
    ]


def test_a_claim_that_changed_hands_is_not_taken_over(
    version: Version, moderator: User, imani: User
) -> None:
    first = claims.claim(version=version, by=imani)
    third = factories.make_moderator("third")
    claims.take_over(version=version, by=third)
    with pytest.raises(Conflict) as changed:
        claims.take_over(version=version, by=moderator, claim=first.pk)
    assert changed.value.code == "review.claimed"
    assert holder(version) == third
    assert claims.take_over(version=version, by=third).by == third


def test_any_action_on_the_version_renews_the_claim_of_its_moderator(
    version: Version, moderator: User, imani: User, owner: User
) -> None:
    claims.claim(version=version, by=moderator)
    soon = timezone.now() + timedelta(minutes=1)
    Claim.objects.update(expires_at=soon)
    for other in (imani, owner):
        comment(extension=version.extension, version=version, by=other, text="Hm")
    assert Claim.objects.get().expires_at == soon
    comment(extension=version.extension, version=version, by=moderator, text="Hm")
    assert Claim.objects.get().expires_at > timezone.now() + timedelta(minutes=100)


@pytest.mark.parametrize("way", ["approve", "decline", "withdraw"])
def test_a_claim_ends_when_the_version_leaves_the_queue(
    version: Version, moderator: User, owner: User, way: str
) -> None:
    claims.claim(version=version, by=moderator)
    packages = version.package_hashes
    if way == "approve":
        moderation.approve_version(version=version, packages=packages, by=moderator)
    elif way == "decline":
        moderation.decline_version(version=version, packages=packages, by=moderator, reason="No")
    else:
        publish.withdraw(version=version, by=owner)
    assert Claim.objects.get().end == "closed"
    with pytest.raises(Conflict) as closed:
        claims.claim(version=version, by=moderator)
    assert closed.value.code == "review.wrong-status"


def test_a_claim_stays_when_changes_are_requested(version: Version, moderator: User) -> None:
    claims.claim(version=version, by=moderator)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say why"
    )
    assert holder(version) == moderator


def test_only_moderators_claim_and_never_their_own_work(
    version: Version, owner: User, stranger: User
) -> None:
    for user in (owner, stranger, AnonymousUser()):
        for action in (claims.claim, claims.take_over, claims.release):
            with pytest.raises(Refused):
                action(version=version, by=user)
    owner.is_moderator = True
    owner.save()
    with pytest.raises(Refused) as own:
        claims.claim(version=version, by=owner)
    assert own.value.code == "permission.own-work"


def test_a_version_of_a_blocked_extension_cannot_be_claimed(
    version: Version, moderator: User
) -> None:
    moderation.block_extension(extension=version.extension, by=moderator, reason="No")
    with pytest.raises(Conflict, match="is blocked"):
        claims.claim(version=version, by=moderator)


def test_a_claim_of_another_moderator_can_be_required_to_be_absent(
    version: Version, moderator: User, imani: User
) -> None:
    claims.require_unclaimed(version, moderator)
    claims.claim(version=version, by=imani)
    claims.require_unclaimed(version, imani)
    with pytest.raises(Conflict, match="Imani"):
        claims.require_unclaimed(version, moderator)


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_claims_one_is_recorded(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    imani = factories.make_moderator("imani")
    results = run_simultaneously(
        *(partial(claims.claim, version=version, by=user) for user in (moderator, imani))
    )
    assert errors_of(results) == ["review.claimed"]
    assert Claim.objects.get().ended_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_take_overs_of_one_claim_one_is_recorded(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    first = claims.claim(version=version, by=moderator)
    others: Any = [factories.make_moderator(name) for name in ("imani", "third")]
    results = run_simultaneously(
        *(partial(claims.take_over, version=version, by=user, claim=first.pk) for user in others)
    )
    assert errors_of(results) == ["review.claimed"]
    assert Claim.objects.filter(ended_at=None).count() == 1
    assert Claim.objects.count() == 2
