"""Unlisted and deprecated extensions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.listings.changes import current_revision, read_changes
from extery_site.publish import visibility
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]
PUBLIC_PAGES = ("/", "/extensions/", "/add-ons/", "/extensions/?q=gear", "/people/ada/")


def pages_that_show(name: str) -> list[str]:
    return [path for path in PUBLIC_PAGES if name in Client().get(path).content.decode()]


def test_pages_and_searches_leave_out_an_unlisted_extension_and_blender_keeps_its_updates(
    approve: Approve, owner: User
) -> None:
    version = approve(name="Cog Wheel Maker")
    assert pages_that_show("Cog Wheel Maker") == list(PUBLIC_PAGES)
    revision = current_revision()

    visibility.unlist(extension=version.extension, by=owner, reason="Not ready")

    assert pages_that_show("Cog Wheel Maker") == []
    assert Client().get("/extensions/gear_tool/").status_code == 200
    assert Client().head(version.packages.get().download_path).status_code == 200
    assert len(read_changes().extensions[0].entries.versions) == 1
    assert current_revision() == revision

    visibility.list_again(extension=version.extension, by=owner)
    assert pages_that_show("Cog Wheel Maker") == list(PUBLIC_PAGES)
    kinds = version.extension.events.in_order().values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["unlisted", "listed"]


def test_unlisting_and_listing_happen_once(approve: Approve, owner: User) -> None:
    extension = approve().extension
    with pytest.raises(Conflict):
        visibility.list_again(extension=extension, by=owner)
    visibility.unlist(extension=extension, by=owner)
    with pytest.raises(Conflict) as caught:
        visibility.unlist(extension=extension, by=owner)
    assert caught.value.code == "manage.wrong-status"
    assert extension.events.filter(kind="unlisted").count() == 1


def test_only_the_owner_of_a_public_extension_unlists_or_deprecates_it(
    approve: Approve, owner: User, moderator: User, stranger: User
) -> None:
    extension = approve().extension
    draft = factories.make_draft(owner, id="other_tool").extension
    for user in (moderator, stranger):
        with pytest.raises(Refused):
            visibility.unlist(extension=extension, by=user)
        with pytest.raises(Refused):
            visibility.deprecate(extension=extension, by=user)
    with pytest.raises(Conflict):
        visibility.unlist(extension=draft, by=owner)
    assert not Extension.objects.filter(unlisted_at__isnull=False).exists()


def test_a_deprecated_extension_has_a_note_and_a_replacement(approve: Approve, owner: User) -> None:
    new = approve(id="cog_tool", name="Cog Tool").extension
    old = approve().extension

    visibility.deprecate(
        extension=old, by=owner, note="Merged into Cog Tool", replacement="COG_tool"
    )

    old.refresh_from_db()
    assert old.replacement == new
    assert (old.is_deprecated, old.deprecation_note) == (True, "Merged into Cog Tool")
    with pytest.raises(Conflict):
        visibility.deprecate(extension=old, by=owner)

    visibility.undeprecate(extension=old, by=owner)
    old.refresh_from_db()
    assert (old.is_deprecated, old.deprecation_note, old.replacement) == (False, "", None)
    with pytest.raises(Conflict):
        visibility.undeprecate(extension=old, by=owner)


@pytest.mark.parametrize("replacement", ["gear_tool", "unknown_tool", "draft_tool", "old_tool"])
def test_an_unsuitable_replacement_is_refused(
    approve: Approve, owner: User, replacement: str
) -> None:
    extension = approve().extension
    factories.make_draft(owner, id="draft_tool")
    visibility.deprecate(extension=approve(id="old_tool").extension, by=owner)

    with pytest.raises(InvalidInput) as caught:
        visibility.deprecate(extension=extension, by=owner, replacement=replacement)

    assert caught.value.code == "manage.replacement"
    extension.refresh_from_db()
    assert not extension.is_deprecated


@pytest.mark.parametrize("note", ["x" * 1001, "a\x00b", "right\u202eto left"])
def test_a_bad_note_is_refused(approve: Approve, owner: User, note: str) -> None:
    extension = approve().extension
    with pytest.raises(InvalidInput):
        visibility.deprecate(extension=extension, by=owner, note=note)
    extension.refresh_from_db()
    assert not extension.is_deprecated
