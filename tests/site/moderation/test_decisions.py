"""Approving, requesting changes, blocking and unblocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog import lifecycle
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.models import Revision
from extery_site.moderation import decisions
from tests.site import factories


def revision() -> int:
    return Revision.objects.values_list("number", flat=True).first() or 0


def test_an_approved_version_is_public_and_everyone_can_see_who_decided(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    before = revision()
    decision = decisions.approve_version(
        version=version, packages=version.package_hashes, by=moderator, reason="Lovely"
    )
    version.refresh_from_db()
    extension = Extension.objects.get()
    assert version.status == Version.Status.APPROVED
    assert extension.status == Extension.Status.APPROVED
    assert extension.newest_version == version
    assert extension.published_at == version.approved_at == extension.approved_at
    assert (decision.kind, decision.by, decision.text) == ("approved", moderator, "Lovely")
    assert Event.objects.latest("pk").kind == "approved"
    assert revision() == before + 1


def test_an_older_version_approved_later_does_not_become_the_newest(
    owner: User, moderator: User
) -> None:
    newest = factories.make_approved(owner, moderator, version="2.0.0", name="Gears 2")
    factories.make_approved(owner, moderator, version="1.9.1", name="Gears 1")
    extension = Extension.objects.get()
    assert extension.newest_version == newest
    assert extension.name == "Gears 2"


def test_a_version_with_requested_changes_can_be_submitted_again(
    owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)
    before = revision()
    decisions.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say what it does"
    )
    version.refresh_from_db()
    assert version.status == Version.Status.CHANGES_REQUESTED
    assert version.is_editable
    assert Extension.objects.get().status == Extension.Status.CHANGES_REQUESTED
    assert Event.objects.latest("pk").text == "Say what it does"
    assert revision() == before


def test_requesting_changes_to_an_update_keeps_the_published_version(
    owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)
    update = factories.make_waiting(owner, version="1.1.0")
    decisions.request_changes(
        version=update, packages=update.package_hashes, by=moderator, reason="Hm"
    )
    assert Extension.objects.get().status == Extension.Status.APPROVED


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_changes_and_blocks_need_a_reason(owner: User, moderator: User, reason: str) -> None:
    version = factories.make_waiting(owner)
    for decide in (
        lambda: decisions.request_changes(
            version=version, packages=version.package_hashes, by=moderator, reason=reason
        ),
        lambda: decisions.block_extension(extension=version.extension, by=moderator, reason=reason),
    ):
        with pytest.raises(InvalidInput) as caught:
            decide()
        assert caught.value.code == "review.reason-missing"
    assert not Event.objects.decisions().exists()


def test_only_moderators_can_decide(owner: User, stranger: User) -> None:
    version = factories.make_waiting(owner)
    attempts: list[Callable[[User], Any]] = [
        lambda by: decisions.approve_version(
            version=version, packages=version.package_hashes, by=by
        ),
        lambda by: decisions.request_changes(
            version=version, packages=version.package_hashes, by=by, reason="No"
        ),
        lambda by: decisions.block_extension(extension=version.extension, by=by, reason="No"),
        lambda by: decisions.unblock_extension(extension=version.extension, by=by),
    ]
    for decide in attempts:
        for person in (owner, stranger):
            with pytest.raises(Refused) as caught:
                decide(person)
            assert caught.value.code == "permission.moderator-only"
    version.refresh_from_db()
    assert version.status == Version.Status.IN_REVIEW


def test_a_version_that_is_not_in_review_cannot_be_decided(owner: User, moderator: User) -> None:
    draft = factories.make_draft(owner)
    approved = factories.make_approved(owner, moderator, version="0.9.0")
    for version in (draft, approved):
        with pytest.raises(Conflict) as caught:
            decisions.approve_version(
                version=version, packages=version.package_hashes, by=moderator
            )
        assert caught.value.code == "review.wrong-status"


def test_a_blocked_extension_is_hidden_and_its_versions_cannot_be_approved(
    owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)
    update = factories.make_waiting(owner, version="1.1.0")
    before = revision()
    extension = Extension.objects.get()
    decisions.block_extension(extension=extension, by=moderator, reason="Mines coins")
    assert revision() == before + 1
    assert not Extension.objects.public().exists()
    assert Extension.objects.listed().get().block_reason == "Mines coins"
    with pytest.raises(Conflict):
        decisions.approve_version(version=update, packages=update.package_hashes, by=moderator)
    with pytest.raises(Conflict):
        decisions.block_extension(extension=extension, by=moderator, reason="Again")


def test_unblocking_restores_the_status_from_the_versions(owner: User, moderator: User) -> None:
    published = factories.make_blocked(owner, moderator)
    decisions.unblock_extension(extension=published, by=moderator, reason="It was a mistake")
    published.refresh_from_db()
    assert (published.status, published.block_reason) == ("approved", "")
    waiting = factories.make_waiting(owner, id="other_tool").extension
    decisions.block_extension(extension=waiting, by=moderator, reason="Hm")
    decisions.unblock_extension(extension=waiting, by=moderator)
    waiting.refresh_from_db()
    assert waiting.status == Extension.Status.IN_REVIEW
    with pytest.raises(Conflict):
        decisions.unblock_extension(extension=waiting, by=moderator)


def test_a_failure_during_a_decision_rolls_everything_back(
    owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = factories.make_waiting(owner)
    before = revision()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(lifecycle, "record", fail)
    with pytest.raises(RuntimeError):
        decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    version.refresh_from_db()
    assert version.status == Version.Status.IN_REVIEW
    assert Extension.objects.get().newest_version is None
    assert revision() == before


def test_the_api_makes_the_same_decisions(owner: User, moderator: User, program: Any) -> None:
    packages = factories.make_waiting(owner).package_hashes
    url = "/api/v1/extensions/gear_tool/"
    refused = program(owner).post(f"{url}versions/1.0.0/approve", {}, "application/json")
    assert refused.status_code == 403
    assert refused.json()["problems"][0]["code"] == "permission.moderator-only"
    api = program(moderator)
    body = {"packages": packages}
    for step in ("request-changes", "decline"):
        back = api.post(f"{url}versions/1.0.0/{step}", body, "application/json")
        assert (back.status_code, back.json()["problems"][0]["field"]) == (422, "reason")
    body = {"packages": packages, "reason": "Yes"}
    done = api.post(f"{url}versions/1.0.0/approve", body, "application/json")
    assert done.status_code == 200
    assert done.json() | {"created_at": ""} == {
        "kind": "approved",
        "extension": "gear_tool",
        "version": "1.0.0",
        "by": "mod",
        "packages": packages,
        "reason": "Yes",
        "created_at": "",
    }
    blocked = api.post(f"{url}block", {"reason": "Mines coins"}, "application/json")
    assert (blocked.status_code, blocked.json()["kind"]) == (200, "blocked")
    lifted = api.post(f"{url}unblock", {}, "application/json")
    assert (lifted.status_code, lifted.json()["kind"]) == (200, "unblocked")
    missing = api.post(f"{url}versions/9.9.9/approve", {}, "application/json")
    assert missing.status_code == 404


def test_an_extension_with_a_version_in_review_is_in_review(owner: User, moderator: User) -> None:
    first = factories.make_waiting(owner)
    factories.make_waiting(owner, version="2.0.0")
    decisions.request_changes(
        version=first, packages=first.package_hashes, by=moderator, reason="No"
    )
    assert Extension.objects.get().status == Extension.Status.IN_REVIEW
    second = first.extension.versions.get(number="2.0.0")
    decisions.request_changes(
        version=second, packages=second.package_hashes, by=moderator, reason="No"
    )
    assert Extension.objects.get().status == Extension.Status.CHANGES_REQUESTED
