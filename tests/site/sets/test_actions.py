"""Actions on sets and their entries: what they change, and whom and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import decisions
from extery_site.notify.models import Notification
from extery_site.sets import actions, entries, hiding
from extery_site.sets.models import ExtensionSet, SetEntry
from tests.site import factories
from tests.site.sets.conftest import Approve, order_of

pytestmark = pytest.mark.django_db
Visibility = ExtensionSet.Visibility


def code_of(error: pytest.ExceptionInfo[ExteryError]) -> str:
    return error.value.problems[0].code


def test_the_address_is_made_from_the_title_and_is_free(stranger: User) -> None:
    titles = ("Über Größe & Co.", "Über Größe & Co. (2)", "灯", "x" * 80)
    names = [actions.create_set(by=stranger, title=title).name for title in titles]
    assert names == ["uber-groe-co", "uber-groe-co-2", "set", "x" * 40]
    chosen = actions.create_set(by=stranger, title="Another", name="set-2")
    assert chosen.get_listing_url() == "/sets/eve/set-2/index.json"
    assert actions.create_set(by=stranger, title="火").name == "set-3"


def test_the_address_of_a_set_with_a_link_cannot_be_guessed(stranger: User, owner: User) -> None:
    made = [
        actions.create_set(by=user, title="Class 7", visibility=Visibility.LINK)
        for user in (stranger, owner)
    ]
    names = {set_.name for set_ in made}
    assert len(names) == 2
    assert all(name.startswith("class-7-") and len(name) == 20 for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "a/b",
        "..",
        "a%2fb",
        "Lighting",
        "a b",
        "-a",
        "a--b",
        "a\0b",
        "a\n",
        "ａ",
        "x" * 61,
        "lum\u202eiere",
    ],
)
def test_a_name_with_tricks_is_refused(stranger: User, name: str) -> None:
    with pytest.raises(InvalidInput) as error:
        actions.create_set(by=stranger, title="Lighting", name=name)
    assert code_of(error) == "set.name-invalid"
    assert not ExtensionSet.objects.exists()


@pytest.mark.parametrize(
    ("title", "code"),
    [
        (" \t ", "set.title-missing"),
        ("Light\u202egnithgil", "request.bad-value"),
        ("Li\u200bghting", "request.bad-value"),
        ("Light\0", "request.bad-value"),
        ("x" * 81, "request.too-large"),
        ("Official starter set", "set.title-official"),
        ("Extery essentials", "set.title-official"),
        ("Ехtеrу essentials", "set.title-official"),
        ("L1ghting", "set.title-taken"),
    ],
)
def test_a_title_that_misleads_is_refused(stranger: User, title: str, code: str) -> None:
    actions.create_set(by=stranger, title="Lighting")
    with pytest.raises(InvalidInput) as error:
        actions.create_set(by=stranger, title=title)
    assert code_of(error) == code


def test_moderators_may_speak_for_the_site(moderator: User) -> None:
    assert actions.create_set(by=moderator, title="Official starter set").title.startswith("Off")


def test_changes_keep_the_address(stranger: User) -> None:
    set_ = actions.create_set(by=stranger, title="Lighting")
    changed = actions.change_set(
        set_=set_, by=stranger, title="Lamps", description="a\u202eb\tc", visibility=Visibility.LINK
    )
    assert (changed.name, changed.title, changed.description) == ("lighting", "Lamps", "ab    c")
    assert not changed.is_public
    same = actions.change_set(set_=changed, by=stranger, title="Lamps")
    assert same.updated_at == changed.updated_at


def test_numbers_are_limited(stranger: User, tools: dict[str, Version], settings: Any) -> None:
    settings.EXTERY_SETS_PER_ACCOUNT, settings.EXTERY_EXTENSIONS_PER_SET = 1, 2
    set_ = actions.create_set(by=stranger, title="Lighting")
    with pytest.raises(Conflict) as error:
        actions.create_set(by=stranger, title="Another")
    assert code_of(error) == "set.too-many"
    for id_ in ("gear_tool", "snow_maker", "GEAR_TOOL"):  # the last one is there already
        entries.add_extension(set_=set_, by=stranger, extension_id=id_)
    with pytest.raises(Conflict) as error:
        entries.add_extension(set_=set_, by=stranger, extension_id="rock_garden")
    assert code_of(error) == "set.full"
    assert order_of(set_) == ["gear_tool", "snow_maker"]


def test_changes_have_a_quota(stranger: User, settings: Any) -> None:
    from extery_site.project.site_settings import SiteSettings

    settings.EXTERY_SET_CHANGES_PER_ACCOUNT = SiteSettings(
        EXTERY_SET_CHANGES_PER_ACCOUNT="1 per hour"
    ).set_changes_per_account
    set_ = actions.create_set(by=stranger, title="Lighting", address="192.0.2.1")
    with pytest.raises(Refused) as error:
        actions.change_set(set_=set_, by=stranger, title="Lamps", address="192.0.2.1")
    assert code_of(error) == "quota.exceeded"
    set_.refresh_from_db()
    assert set_.title == "Lighting"


def test_entries_are_moved_and_ordered(winter: ExtensionSet, stranger: User) -> None:
    by = {"set_": winter, "by": stranger}
    entries.move_extension(**by, extension_id="gear_tool", direction="up")
    assert order_of(winter) == ["gear_tool", "snow_maker", "rock_garden"]
    entries.move_extension(**by, extension_id="rock_garden", direction="up")
    assert order_of(winter) == ["gear_tool", "rock_garden", "snow_maker"]
    entries.order_extensions(**by, extension_ids=["snow_maker", "gear_tool", "rock_garden"])
    assert order_of(winter) == ["snow_maker", "gear_tool", "rock_garden"]
    entries.remove_extension(**by, extension_id="gear_tool")
    entries.remove_extension(**by, extension_id="gear_tool")
    assert order_of(winter) == ["snow_maker", "rock_garden"]


@pytest.mark.parametrize(
    "order",
    [
        ["gear_tool"],
        ["gear_tool", "gear_tool", "snow_maker"],
        ["gear_tool", "snow_maker", "other"],
        [],
    ],
)
def test_an_order_of_other_extensions_is_a_conflict(
    winter: ExtensionSet, stranger: User, order: list[str]
) -> None:
    with pytest.raises(Conflict) as error:
        entries.order_extensions(set_=winter, by=stranger, extension_ids=order)
    assert code_of(error) == "set.changed"


def test_of_two_tabs_the_second_order_is_refused(winter: ExtensionSet, stranger: User) -> None:
    first, second = order_of(winter)[::-1], sorted(order_of(winter))
    seen = winter.revision
    entries.order_extensions(set_=winter, by=stranger, extension_ids=first, revision=seen)
    with pytest.raises(Conflict) as error:
        entries.order_extensions(set_=winter, by=stranger, extension_ids=second, revision=seen)
    assert code_of(error) == "set.changed"
    assert order_of(winter) == first


def test_notes_and_pins_are_checked(winter: ExtensionSet, stranger: User, approve: Approve) -> None:
    approve(version="1.1.0")
    common = {"set_": winter, "by": stranger, "extension_id": "gear_tool"}
    entry = entries.change_entry(**common, note=" two\nlines\u202e ", version="1.0.0")
    assert (entry.note, entry.version_number) == ("two lines", "1.0.0")
    refused = {
        "9.9.9": "set.unknown-version",
        "1.0": "set.unknown-version",
        "1.0.0\0": "request.bad-value",
        "x" * 5_000: "request.too-large",
    }
    for wrong, code in refused.items():
        with pytest.raises(InvalidInput) as error:
            entries.change_entry(**common, version=wrong)
        assert code_of(error) == code
    with pytest.raises(InvalidInput):
        entries.change_entry(**common, note="x" * 301)
    assert entries.change_entry(**common, version="").version is None


def test_drafts_and_unlisted_extensions_cannot_be_added_and_do_not_become_known(
    winter: ExtensionSet, stranger: User, owner: User, moderator: User
) -> None:
    factories.make_draft(owner, id="dust_motes", name="Dust Motes")
    factories.make_blocked(owner, moderator, id="bad_apple", name="Bad Apple")
    Extension.objects.filter(extension_id="rock_garden").update(unlisted_at="2026-01-01T00:00Z")
    common = {"set_": winter, "by": stranger}
    for hidden in (
        "dust_motes",
        "nothing",
        "../x",
        "gear\u202etool",
        "gear\0tool",
        "gear\ud800tool",
    ):
        with pytest.raises(NotFound) as error:
            entries.add_extension(**common, extension_id=hidden)
        assert code_of(error) == "request.not-found"
    for id_ in ("bad_apple", "rock_garden"):
        other = actions.create_set(by=stranger, title=f"With {id_}")
        with pytest.raises(Conflict):
            entries.add_extension(set_=other, by=stranger, extension_id=id_)
    # Its owner sees the draft, and cannot add it either.
    own = actions.create_set(by=owner, title="Drafts")
    with pytest.raises(Conflict):
        entries.add_extension(set_=own, by=owner, extension_id="dust_motes")


def test_nobody_changes_the_set_of_another_user(
    winter: ExtensionSet, owner: User, moderator: User
) -> None:
    before = order_of(winter)
    for by in (owner, moderator):
        common = {"set_": winter, "by": by}
        for call in (
            lambda common=common: actions.change_set(**common, title="Mine"),
            lambda common=common: actions.delete_set(**common),
            lambda common=common: entries.add_extension(**common, extension_id="gear_tool"),
            lambda common=common: entries.change_entry(
                **common, extension_id="gear_tool", note="Ha"
            ),
            lambda common=common: entries.remove_extension(**common, extension_id="gear_tool"),
            lambda common=common: entries.remove_entry(
                **common, entry=winter.entries.in_order()[0].pk
            ),
            lambda common=common: entries.move_extension(
                **common, extension_id="gear_tool", direction="down"
            ),
            lambda common=common: entries.order_extensions(**common, extension_ids=before[::-1]),
        ):
            with pytest.raises(Refused) as error:
                call()
            assert code_of(error) == "set.not-owner"
    assert order_of(winter) == before


def test_an_entry_is_removed_from_its_own_set_only(winter: ExtensionSet, owner: User) -> None:
    own = actions.create_set(by=owner, title="Mine")
    entries.remove_entry(set_=own, by=owner, entry=winter.entries.in_order()[0].pk)
    assert winter.entries.count() == 3


def test_a_hidden_set_is_seen_by_its_owner_and_moderators_only(
    winter: ExtensionSet, stranger: User, owner: User, moderator: User
) -> None:
    for by in (owner, stranger):
        with pytest.raises(Refused):
            hiding.hide_set(set_=winter, by=by, reason="I do not like it")
    with pytest.raises(InvalidInput):
        hiding.hide_set(set_=winter, by=moderator, reason=" ")
    hiding.hide_set(set_=winter, by=moderator, reason="Advertising")
    hiding.hide_set(set_=winter, by=moderator, reason="Advertising")
    for user in (stranger, moderator):
        assert actions.find_set("eve", "winter-work", user).is_hidden
    with pytest.raises(NotFound):
        actions.find_set("eve", "winter-work", owner)
    with pytest.raises(Refused):  # its owner does not decide
        hiding.show_set(set_=winter, by=stranger)
    hiding.show_set(set_=winter, by=moderator)
    rows = AuditEntry.objects.filter(action__startswith="set.").order_by("pk")
    assert [(row.action, row.text, row.person_name) for row in rows] == [
        ("set.hidden", "Advertising", "eve"),
        ("set.shown", "", "eve"),
    ]
    sent = Notification.objects.filter(kind="set_hidden", entry__user=stranger).order_by("pk")
    assert [(one.about, one.text) for one in sent] == [
        ("Your set Winter work is hidden", "Advertising"),
        ("Your set Winter work is shown again", ""),
    ]


def test_moderators_do_not_decide_about_their_own_sets(moderator: User, settings: Any) -> None:
    settings.EXTERY_OWN_DECISIONS = False
    own = actions.create_set(by=moderator, title="Mine")
    with pytest.raises(Refused) as error:
        hiding.hide_set(set_=own, by=moderator, reason="Hm")
    assert code_of(error) == "set.own"


def test_what_is_blocked_or_deleted_later_leaves_the_rest(
    winter: ExtensionSet, moderator: User, stranger: User
) -> None:
    gears = Extension.objects.get(extension_id="gear_tool")
    decisions.block_extension(extension=gears, by=moderator, reason="Mines coins")
    assert [one.extension_id for one in winter.entries.seen()] == [
        one.extension_id for one in winter.entries.in_order()[1:]
    ]
    assert SetEntry.objects.count() == 3
    stranger.delete()
    assert not ExtensionSet.objects.exists()
