"""Deletion of extensions by their owner: at once, planned, restored, erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Handover, Package, Version
from extery_site.listings.changes import read_changes
from extery_site.listings.models import ListedExtension
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions, deletion, expiry, handover
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]


def listed_versions() -> int:
    return sum(len(extension.entries.versions) for extension in read_changes().extensions)


def deleted(approve: Approve, owner: User) -> Extension:
    """A public extension whose planned deletion has happened."""
    extension = approve().extension
    planned = deletion.delete_extension(extension=extension, by=owner)
    assert planned is not None
    assert planned.delete_at is not None
    assert deletion.delete_planned(now=planned.delete_at) == 1
    return Extension.objects.get()


def test_an_extension_that_was_never_submitted_is_deleted_with_its_id(owner: User) -> None:
    version = factories.make_complete(owner)

    assert deletion.delete_extension(extension=version.extension, by=owner) is None

    assert not Extension.objects.exists()
    factories.make_draft(factories.make_user("bob"))
    assert Extension.objects.get().owner.username == "bob"


def test_one_that_was_submitted_is_deleted_at_once_and_keeps_its_id(owner: User) -> None:
    version = factories.make_waiting(owner)

    deletion.delete_extension(extension=version.extension, by=owner, reason="A mistake")

    extension = Extension.objects.get()
    assert (extension.status, extension.is_public) == ("deleted", False)
    kinds = list(extension.events.in_order().values_list("kind", flat=True))
    assert kinds[-2:] == ["withdrawn", "deleted"]
    assert extension.events.latest("pk").text == "A mistake"
    for user in (owner, factories.make_user("bob")):
        with pytest.raises(Refused) as caught:
            factories.make_draft(user, version="2.0.0")
        assert caught.value.code == "upload.id-reserved"
        assert ("you have deleted" in str(caught.value)) == (user == owner)


def test_a_public_extension_stays_until_its_deletion_is_due(
    approve: Approve, owner: User, settings: Any
) -> None:
    settings.EXTERY_DELETION_DELAY = timedelta(days=3)
    extension = approve().extension

    planned = deletion.delete_extension(extension=extension, by=owner)

    assert planned is not None
    assert planned.delete_at is not None
    assert timedelta(days=2.9) < planned.delete_at - timezone.now() <= timedelta(days=3)
    assert planned.is_public
    assert deletion.delete_planned(now=planned.delete_at - timedelta(seconds=1)) == 0
    assert listed_versions() == 1
    assert deletion.delete_planned(now=planned.delete_at) == 1
    assert deletion.delete_planned(now=planned.delete_at) == 0
    extension.refresh_from_db()
    assert extension.is_deleted
    assert listed_versions() == 0
    event = extension.events.latest("pk")
    assert (event.kind, event.by) == ("deleted_as_planned", None)


def test_a_second_deletion_names_the_planned_one(approve: Approve, owner: User) -> None:
    extension = approve().extension
    deletion.delete_extension(extension=extension, by=owner)

    with pytest.raises(Conflict) as caught:
        deletion.delete_extension(extension=extension, by=owner)

    assert caught.value.code == "manage.deletion-planned"
    assert extension.events.filter(kind="deletion_planned").count() == 1


def test_a_planned_deletion_is_cancelled(approve: Approve, owner: User, stranger: User) -> None:
    extension = approve().extension
    with pytest.raises(Conflict):
        deletion.cancel_deletion(extension=extension, by=owner)
    deletion.delete_extension(extension=extension, by=owner)
    with pytest.raises(Refused):
        deletion.cancel_deletion(extension=extension, by=stranger)

    assert deletion.cancel_deletion(extension=extension, by=owner).delete_at is None

    assert deletion.delete_planned(now=timezone.now() + timedelta(days=99)) == 0
    assert Extension.objects.get().is_public


def test_nothing_is_submitted_or_handed_over_while_a_deletion_is_planned(
    approve: Approve, owner: User, stranger: User
) -> None:
    extension = approve().extension
    waiting = factories.make_waiting(owner, version="2.0.0")
    deletion.delete_extension(extension=extension, by=owner)

    waiting.refresh_from_db()
    assert waiting.status == Version.Status.WITHDRAWN
    with pytest.raises(Conflict) as caught:
        actions.submit(version=waiting, by=owner)
    assert caught.value.code == "manage.deletion-planned"
    with pytest.raises(Conflict) as caught:
        handover.offer(extension=extension, by=owner, to=stranger.username)
    assert caught.value.code == "manage.deletion-planned"


@pytest.mark.parametrize("by_owner", [True, False])
def test_the_owner_or_a_moderator_restores_a_deleted_extension(
    approve: Approve, owner: User, moderator: User, by_owner: bool
) -> None:
    extension = deleted(approve, owner)

    deletion.restore(extension=extension, by=owner if by_owner else moderator)

    extension.refresh_from_db()
    assert (extension.status, extension.deleted_at) == ("approved", None)
    assert listed_versions() == 1
    assert extension.newest_version is not None
    with pytest.raises(Conflict):
        deletion.restore(extension=extension, by=owner)


def test_drafts_of_a_restored_extension_have_new_time_to_be_submitted(owner: User) -> None:
    extension = factories.make_waiting(owner).extension
    deletion.delete_extension(extension=extension, by=owner)
    Version.objects.update(expires_at=timezone.now() - timedelta(days=1))

    deletion.restore(extension=extension, by=owner)

    assert expiry.expire_drafts() == 0
    assert Version.objects.get().status == Version.Status.WITHDRAWN


def test_other_users_neither_delete_nor_restore(
    approve: Approve, owner: User, moderator: User, stranger: User
) -> None:
    extension = approve().extension
    for user in (stranger, moderator):
        with pytest.raises(Refused):
            deletion.delete_extension(extension=extension, by=user)
    deletion.delete_extension(extension=extension, by=owner)
    deletion.delete_planned(now=timezone.now() + timedelta(days=99))
    with pytest.raises(Refused):
        deletion.restore(extension=extension, by=stranger)
    assert Extension.objects.get().is_deleted


def test_a_blocked_extension_is_not_deleted(approve: Approve, owner: User, moderator: User) -> None:
    extension = approve().extension
    deletion.delete_extension(extension=extension, by=owner)
    moderation.block_extension(extension=extension, by=moderator, reason="It mines coins")

    assert deletion.delete_planned(now=timezone.now() + timedelta(days=99)) == 0
    with pytest.raises(Conflict) as caught:
        deletion.delete_extension(extension=extension, by=owner)

    assert caught.value.code == "manage.wrong-status"
    assert Extension.objects.get().is_blocked


def test_a_deleted_extension_can_be_blocked_and_is_deleted_after_that(
    approve: Approve, owner: User, moderator: User
) -> None:
    extension = deleted(approve, owner)

    moderation.block_extension(extension=extension, by=moderator, reason="It mines coins")
    [state] = read_changes().extensions
    assert state.block == ("gear_tool", "It mines coins")
    assert deletion.erase_deleted(now=timezone.now() + timedelta(days=99)) == 0

    moderation.unblock_extension(extension=extension, by=moderator)
    [state] = read_changes().extensions
    assert (state.block, state.entries.versions) == (None, ())
    extension.refresh_from_db()
    assert extension.is_deleted


def test_content_is_erased_after_the_period_and_the_record_stays(
    approve: Approve, owner: User, media: Callable[[], list[str]], settings: Any
) -> None:
    settings.EXTERY_RESTORE_PERIOD = timedelta(days=5)
    extension = deleted(approve, owner)
    until = extension.restorable_until
    assert until is not None
    events = extension.events.count()
    assert deletion.erase_deleted(now=until - timedelta(seconds=1)) == 0
    assert any("packages" in name or name.endswith(".zip") for name in media())

    assert deletion.erase_deleted(now=until) == 1
    assert deletion.erase_deleted(now=until) == 0

    extension.refresh_from_db()
    assert not Package.objects.exists()
    assert (extension.description, extension.image, extension.tags.count()) == ("", None, 0)
    assert extension.events.count() == events + 1
    assert Event.objects.decisions().filter(extension=extension).count() == 1
    assert ListedExtension.objects.get().entries.count() == 0
    with pytest.raises(Conflict) as caught:
        deletion.restore(extension=extension, by=owner)
    assert caught.value.code == "manage.erased"
    with pytest.raises(Refused) as refused:
        factories.make_draft(owner)
    assert refused.value.code == "upload.id-reserved"


def test_the_clean_up_of_drafts_leaves_deleted_extensions(approve: Approve, owner: User) -> None:
    version = factories.make_waiting(owner)
    deletion.delete_extension(extension=version.extension, by=owner)
    later = timezone.now() + timedelta(days=999)

    expiry.expire_drafts(now=later)
    deletion.erase_deleted(now=later)
    expiry.expire_drafts(now=later + timedelta(days=999))

    assert Extension.objects.get().is_deleted


def test_a_deleted_extension_takes_no_change(
    approve: Approve, owner: User, moderator: User
) -> None:
    factories.make_waiting(owner)
    extension = Version.objects.get().extension
    deletion.delete_extension(extension=extension, by=owner)
    version = Version.objects.get()

    for change in (
        lambda: actions.update_draft(extension=extension, by=owner, description="New"),
        lambda: actions.submit(version=version, by=owner),
        lambda: moderation.approve_version(
            version=version, packages=version.package_hashes, by=moderator
        ),
    ):
        with pytest.raises((Conflict, NotFound)):
            change()
    assert Extension.objects.get().is_deleted


def test_pages_and_downloads_of_a_deleted_extension_are_for_its_owner_and_moderators(
    approve: Approve, owner: User, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    package = approve().packages.get()
    assert Client().head(package.download_path).status_code == 200
    deletion.delete_extension(extension=Extension.objects.get(), by=owner)
    deletion.delete_planned(now=timezone.now() + timedelta(days=99))

    assert Client().get("/extensions/gear_tool/").status_code == 404
    assert Client().head(package.download_path).status_code == 403
    assert Client().get("/api/v1/extensions/gear_tool/").status_code == 404
    for user in (owner, moderator):
        assert signed_in(user).head(package.download_path).status_code == 200


def test_a_deletion_ends_an_open_offer(approve: Approve, owner: User, stranger: User) -> None:
    extension = approve().extension
    offered = handover.offer(extension=extension, by=owner, to=stranger.username)
    deletion.delete_extension(extension=extension, by=owner)
    deletion.delete_planned(now=timezone.now() + timedelta(days=99))

    offered.refresh_from_db()
    assert offered.state == Handover.State.WITHDRAWN
    with pytest.raises(Conflict):
        handover.accept(handover=offered, by=stranger)
