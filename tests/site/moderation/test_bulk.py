"""Actions on chosen versions: what is left out and why, and what is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import bulk, claims
from extery_site.moderation import decisions as moderation
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.races import run_simultaneously

Waiting = Callable[..., Version]


@pytest.fixture
def small_update(owner: User, moderator: User, run_tasks: Callable[[], int]) -> Waiting:
    """Return a function that adds a small update of an approved extension."""

    def add(name: str, **fields: object) -> Version:
        identity = {"id": name, "name": name.title()}
        factories.make_approved(owner, moderator, **identity)
        version = factories.make_waiting(owner, version="1.1.0", **identity, **fields)
        run_tasks()
        return version

    return add


def reasons(step: str, versions: list[Version], by: User) -> list[str]:
    entries = bulk.find_chosen([str(version.pk) for version in versions])
    return [choice.reason for choice in bulk.preview(step, entries, by)]


def hashes(*versions: Version) -> dict[int, list[str]]:
    return {version.pk: version.package_hashes for version in versions}


def do(step: str, versions: list[Version], by: User, reason: str = "") -> bulk.Result:
    choices = bulk.preview(step, bulk.find_chosen([str(one.pk) for one in versions]), by)
    return bulk.perform(step, choices, by=by, reason=reason, packages=hashes(*versions))


def test_small_updates_are_approved_together(small_update: Waiting, moderator: User) -> None:
    versions = [small_update(name) for name in ("first", "second")]
    assert reasons("approve", versions, moderator) == ["", ""]
    result = do("approve", versions, moderator)
    assert ([one.pk for one in result.done], result.errors) == ([v.pk for v in versions], [])
    assert {Version.objects.get(pk=one.pk).status for one in versions} == {"approved"}


def test_what_needs_a_closer_look_is_left_out(
    small_update: Waiting, owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    gains = small_update("gains", permissions={"network": "Loads"})
    host = small_update("host", files={"web.py": "URL = 'https://a.example.org'\n"})
    large = small_update("large", files={"many.py": "".join(f"x = {n}\n" for n in range(300))})
    reported = small_update("reported")
    warned = small_update("warned")
    risky = small_update("risky")
    first = factories.make_waiting(owner, id="new", name="New")
    run_tasks()
    unmeasured = factories.make_waiting(owner, id="newer", name="Newer")
    QueueEntry.objects.update(findings=0)
    QueueEntry.objects.filter(version=reported).update(reports=1)
    QueueEntry.objects.filter(version=warned).update(findings=2)
    QueueEntry.objects.filter(version=risky).update(risk=31)
    rows = [gains, host, large, reported, warned, risky, first, unmeasured]
    assert reasons("approve", rows, moderator) == [
        "Asks for something new",
        "Asks for something new",
        "Large change",
        "Has open reports",
        "Has findings",
        "Its risk is 31",
        "First version",
        "Not compared with the approved version yet",
    ]
    assert do("approve", rows, moderator).done == []
    assert Version.objects.filter(pk=gains.pk, status="in_review").exists()


def test_own_work_and_claims_of_others_are_left_out(
    small_update: Waiting, owner: User, moderator: User
) -> None:
    version = small_update("gear")
    imani = factories.make_user("imani", full_name="Imani Okafor", is_moderator=True)
    claims.claim(version=version, by=imani)
    assert reasons("approve", [version], moderator) == ["Imani Okafor is on it"]
    assert reasons("claim", [version], imani) == [""]
    owner.is_moderator = True
    owner.save()
    assert reasons("request_changes", [version], owner) == ["Your own work"]


def test_versions_that_left_the_queue_are_left_out(
    small_update: Waiting, owner: User, moderator: User
) -> None:
    gone, blocked = small_update("gone"), small_update("blocked")
    publish.withdraw(version=gone, by=owner)
    moderation.block_extension(extension=blocked.extension, by=moderator, reason="No")
    assert reasons("claim", [gone, blocked], moderator) == [
        "Not in the queue any more",
        "The extension is blocked",
    ]
    assert reasons("approve", [gone], moderator) == ["Not in review: withdrawn"]


def test_one_message_asks_for_the_same_changes(small_update: Waiting, moderator: User) -> None:
    versions = [small_update(name) for name in ("first", "second")]
    do("request_changes", versions, moderator, reason="Declare the network.")
    for version in versions:
        event = version.events.get(kind="changes_requested")
        assert (event.text, event.by) == ("Declare the network.", moderator)


def test_packages_that_changed_since_the_preview_are_not_approved(
    small_update: Waiting, owner: User, moderator: User
) -> None:
    changed, same = small_update("changed"), small_update("same")
    entries = bulk.find_chosen([str(changed.pk), str(same.pk)])
    choices = bulk.preview("approve", entries, moderator)
    packages = {changed.pk: ["0" * 64], same.pk: same.package_hashes}
    result = bulk.perform("approve", choices, by=moderator, packages=packages)
    assert [one.pk for one in result.done] == [same.pk]
    assert [error.code for error in result.errors] == ["review.packages-changed"]


def test_claims_can_be_undone_by_the_moderator_who_made_them(
    small_update: Waiting, moderator: User
) -> None:
    version, other = small_update("gear"), small_update("other")
    claims.claim(version=other, by=moderator)
    start = timezone.now()
    do("claim", [version, other], moderator)
    keys = [version.pk, other.pk]
    assert (
        len(bulk.undo("claim", keys, by=factories.make_moderator("imani"), since=start).done) == 0
    )
    # The claim from before stays.
    assert len(bulk.undo("claim", keys, by=moderator, since=start).done) == 1
    assert len(bulk.undo("claim", keys, by=moderator, since=start).done) == 0
    assert bulk.undo("approve", keys, by=moderator, since=start - timedelta(days=1)).done == []
    assert Claim.objects.current().get().version == other


def test_versions_are_put_on_hold_together_and_returned_by_undo(
    small_update: Waiting, moderator: User
) -> None:
    versions = [small_update(name) for name in ("first", "second")]
    start = timezone.now()
    do("hold", versions, moderator, reason="We ask Blender about this.")
    assert {Version.objects.get(pk=one.pk).status for one in versions} == {"on_hold"}
    assert {QueueEntry.objects.get(pk=one.pk).side for one in versions} == {""}
    keys = [version.pk for version in versions]
    assert len(bulk.undo("hold", keys, by=factories.make_moderator("imani"), since=start).done) == 0
    assert len(bulk.undo("hold", keys, by=moderator, since=start).done) == 2
    assert {Version.objects.get(pk=one.pk).status for one in versions} == {"in_review"}
    assert {QueueEntry.objects.get(pk=one.pk).side for one in versions} == {"us"}
    assert len(bulk.undo("hold", keys, by=moderator, since=start).done) == 0


def test_only_entries_of_the_queue_are_found(small_update: Waiting) -> None:
    version = small_update("gear")
    key = str(version.pk)
    assert [entry.pk for entry in bulk.find_chosen([key, key])] == [version.pk]
    assert bulk.find_chosen(["", "x", "-1", "²", "9" * 30, "999999"]) == []
    assert len(bulk.find_chosen([*map(str, range(10**6, 10**6 + 200)), key])) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_approvals_of_chosen_versions_each_is_made_once(
    small_update: Waiting, moderator: User
) -> None:
    versions = [small_update(name) for name in ("first", "second")]
    imani = factories.make_moderator("imani")
    results = run_simultaneously(
        *(partial(do, "approve", versions, user) for user in (moderator, imani))
    )
    done = [one.pk for result in results for one in result.done]
    assert sorted(done) == sorted(version.pk for version in versions)
    for version in versions:
        assert version.events.filter(kind="approved").count() == 1
