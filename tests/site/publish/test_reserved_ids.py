"""Ids that moderators reserve."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import free_id, reserve_id
from tests.site import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("taken", ["cycles", "CYCLES", "\uff43ycles"])
def test_a_reserved_id_is_refused_in_any_form(owner: User, moderator: User, taken: str) -> None:
    reserved = reserve_id(extension_id="Cycles", by=moderator, reason="Part of Blender")
    assert (reserved.id_key, reserved.by) == ("cycles", moderator)

    with pytest.raises(Refused) as caught:
        factories.make_draft(owner, id=taken)

    assert caught.value.code == "upload.id-reserved"


def test_a_freed_id_can_be_used(owner: User, moderator: User) -> None:
    reserved = reserve_id(extension_id="cycles", by=moderator, reason="Part of Blender")

    free_id(reserved=reserved, by=moderator)

    assert factories.make_draft(owner, id="cycles").extension.extension_id == "cycles"
    with pytest.raises(NotFound):
        free_id(reserved=reserved, by=moderator)


def test_an_id_in_use_is_not_reserved(
    approve: Callable[..., Version], owner: User, moderator: User
) -> None:
    approve()
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            reserve_id(extension_id="GEAR_tool", by=moderator, reason="Too general")
        assert caught.value.code == "reserved.in-use"
    reserve_id(extension_id="cycles", by=moderator, reason="Part of Blender")
    with pytest.raises(Conflict, match="Part of Blender"):
        reserve_id(extension_id="Cycles", by=moderator, reason="Again")
    assert ReservedId.objects.count() == 1


@pytest.mark.parametrize("bad", ["", "gear tool", "1gear", "gear-tool", "x" * 101, "a\x00b"])
def test_an_id_that_no_extension_can_have_is_not_reserved(moderator: User, bad: str) -> None:
    with pytest.raises(InvalidInput):
        reserve_id(extension_id=bad, by=moderator, reason="Why not")
    assert not ReservedId.objects.exists()


def test_a_reserved_id_needs_a_moderator_and_a_reason(owner: User, moderator: User) -> None:
    with pytest.raises(Refused):
        reserve_id(extension_id="cycles", by=owner, reason="Mine")
    with pytest.raises(InvalidInput):
        reserve_id(extension_id="cycles", by=moderator, reason=" ")
    reserved = reserve_id(extension_id="cycles", by=moderator, reason="Part of Blender")
    with pytest.raises(Refused):
        free_id(reserved=reserved, by=owner)
    assert ReservedId.objects.get() == reserved
