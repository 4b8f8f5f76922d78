"""Moderators hide the name and text of a profile; what its user writes then waits for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import HiddenProfile, User
from extery_site.accounts.profiles import (
    find_hidden,
    hide_profile,
    keep_hidden,
    save_profile,
    show_profile,
)
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Version
from extery_site.notify.models import FeedEntry, Notification
from extery_site.reports.actions import report_target
from extery_site.reports.appeals import appeal, decide_appeal
from extery_site.reports.handling import dismiss_case, reopen_case, resolve_case
from extery_site.reports.models import Case
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
PAGE = "/people/ada/hidden/"


def told(user: User) -> list[str]:
    rows = Notification.objects.filter(entry__user=user).order_by("pk").select_related("entry")
    return [one.headline for one in rows]


def write(client: Client, name: str, about: str) -> None:
    response = client.post("/account/profile/", {"full_name": name, "about": about})
    assert response.status_code == 302


def test_a_hidden_profile_is_shown_when_a_moderator_has_read_the_new_text(
    approve: Callable[..., Version], owner: User, moderator: User, signed_in: SignIn
) -> None:
    approve()
    User.objects.filter(pk=owner.pk).update(
        full_name="Gear Shop", about="Buy at [my shop](https://shop.example)"
    )
    own, staff, visitor = signed_in(owner), signed_in(moderator), Client()
    public = ("/people/ada/", "/extensions/gear_tool/", "/api/v1/extensions/gear_tool/")
    shop = "shop.example"
    assert staff.post(PAGE, {"step": "hide", "reason": " "}).status_code == 422
    assert staff.post(PAGE, {"step": "hide", "reason": "Advertising"}).status_code == 302
    for address in public:
        shown = visitor.get(address).content.decode()
        assert "Gear Shop" not in shown
        assert shop not in shown
    assert "Nothing for “Gear Shop” yet" in visitor.get("/extensions/?q=Gear+Shop").content.decode()
    for address in ("/account/profile/", "/people/ada/"):
        page = Page(own.get(address).content.decode())
        assert mistakes(page) == []
        assert "Advertising" in page.html
    assert "Gear Shop" in own.get("/account/profile/").content.decode()
    assert told(owner)[-1] == "The name and text of your profile are hidden"
    text = Notification.objects.get(entry__user=owner, kind="profile_hidden").text
    assert text.startswith("Advertising\n\nYou can change them in your profile")

    # A change waits, and is one task of the moderators however often it is made.
    write(own, "Gear Shop", "Gears since 1990")
    write(own, "Gear Shop", "Gears and shafts")
    assert told(moderator).count("ada changed their hidden profile") == 1
    assert "Gears" not in visitor.get("/people/ada/").content.decode()
    assert "the profile of <bdi>ada</bdi>" in staff.get("/reports/").content.decode()
    page = Page(staff.get(PAGE).content.decode())
    assert mistakes(page) == []
    assert "Gears and shafts" in page.html
    assert shop in page.html
    seen = HiddenProfile.objects.get().key
    write(own, "Gear Shop", "Visit shop.example again")
    response = staff.post(PAGE, {"step": "show", "seen": seen})
    assert response.status_code == 409
    assert "Visit shop.example again" in response.content.decode()

    seen = HiddenProfile.objects.get().key
    staff.post(PAGE, {"step": "keep", "seen": seen, "reason": "The shop again"})
    assert told(owner)[-1] == "Your profile stays hidden"
    assert not FeedEntry.objects.filter(user=moderator, asks=True).exists()
    write(own, "Ada", "Gears")
    staff.post(PAGE, {"step": "show", "seen": HiddenProfile.objects.get().key})
    assert "Gears" in visitor.get("/people/ada/").content.decode()
    assert told(owner)[-1] == "Your profile is shown again"
    recorded = AuditEntry.objects.filter(action__startswith="account.profile").order_by("pk")
    assert [(one.action, one.text, one.person_name) for one in recorded] == [
        ("account.profile_hidden", "Advertising", "ada"),
        ("account.profile_kept_hidden", "The shop again", "ada"),
        ("account.profile_shown", "", "ada"),
    ]


def test_a_profile_that_was_saved_while_it_was_hidden_stays_hidden(
    owner: User, moderator: User, stranger: User
) -> None:
    loaded_before = User.objects.get(pk=owner.pk)
    hide_profile(user=owner, by=moderator, reason="Advertising")
    save_profile(user=loaded_before, full_name="Ada Shop", about="", uses_keys=False)
    owner.refresh_from_db()
    assert (owner.full_name, owner.uses_keys) == ("", False)
    hidden = find_hidden(owner)
    assert hidden is not None
    seen = hidden.key
    keep_hidden(user=owner, by=moderator, reason="A shop", seen=seen)
    # The page of another moderator, which was opened before.
    with pytest.raises(Conflict):
        show_profile(user=owner, by=moderator, seen=seen)
    with pytest.raises(Conflict):
        hide_profile(user=owner, by=moderator, reason="Again")
    User.objects.filter(pk__in=[moderator.pk, stranger.pk]).update(about="Hello")
    for by, user in ((moderator, moderator), (stranger, owner)):
        with pytest.raises(Refused):
            hide_profile(user=user, by=by, reason="No")
    with pytest.raises(InvalidInput):
        hide_profile(user=stranger, by=moderator, reason="\u202e")


def test_reports_hide_a_profile_and_a_granted_appeal_shows_it(
    owner: User, moderator: User, stranger: User, signed_in: SignIn, program: SignIn
) -> None:
    other = factories.make_moderator("imani")
    report = report_target(
        target=find_target("user", "ada", stranger), by=stranger, reason="offensive", text="Rude"
    )
    case, client = report.case, signed_in(moderator)
    shown = client.get(case.get_absolute_url()).content.decode()
    assert "Hide the name and text" in shown
    assert "Ada Tester" in shown
    assert case.title == "ada"
    decision = {"step": "decide", "outcome": "resolved", "next_step": "hide", "note": "An insult"}
    assert client.post(case.get_absolute_url(), decision).status_code == 302
    owner.refresh_from_db()
    hidden = find_hidden(owner)
    assert hidden is not None
    assert (owner.display_name, hidden.reason, hidden.hidden_by) == ("ada", "An insult", moderator)
    page = Page(client.get(case.get_absolute_url()).content.decode())
    assert mistakes(page) == []
    assert PAGE in page.links
    assert "hid the name and text of the profile" in page.html
    assert list(case.entries.values_list("kind", flat=True))[-2:] == [
        "profile_hidden",
        "resolved",
    ]
    assert "Ada Tester" not in " ".join(told(stranger))
    # What the person writes in the meantime is not lost.
    save_profile(user=owner, full_name="Ada Tester", about="Gears", uses_keys=True)
    made = appeal(decision=f"case-{case.pk}", by=owner, text="It is my name.")
    decide_appeal(appeal=made, by=other, grant=True, answer="It is indeed.")
    owner.refresh_from_db()
    assert (owner.full_name, owner.about) == ("Ada Tester", "Gears")
    assert find_hidden(owner) is None

    again = report_target(
        target=find_target("user", "ada", stranger), by=stranger, reason="offensive", text="Rude"
    )
    address = f"/api/v1/cases/{again.case_id}/resolve"
    body = {"note": "An insult", "hide_profile": True}
    response = program(other).post(address, body, content_type="application/json")
    assert response.status_code == 200
    assert find_hidden(owner) is not None
    third = report_target(
        target=find_target("user", "eve", owner), by=owner, reason="other", text="Hm"
    )
    with pytest.raises(Conflict):
        resolve_case(case=third.case, by=moderator, note="Nothing there", hides_profile=True)
    third.case.refresh_from_db()
    assert third.case.is_open


def test_a_reversed_decision_shows_only_what_it_has_hidden(
    owner: User, moderator: User, stranger: User
) -> None:
    def hide_by_case(note: str) -> Case:
        target = find_target("user", "ada", stranger)
        report = report_target(target=target, by=stranger, reason="offensive", text="Rude")
        return resolve_case(case=report.case, by=moderator, note=note, hides_profile=True)

    def write(name: str) -> str:
        save_profile(user=owner, full_name=name, about="", uses_keys=True)
        hidden = find_hidden(owner)
        return hidden.key if hidden else ""

    def reverse(case: Case) -> str:
        reopen_case(case=case, by=moderator, reason="Look again")
        dismiss_case(case=case, by=moderator, note="No")
        owner.refresh_from_db()
        return owner.full_name

    write("Bad One")
    first = hide_by_case("An insult")
    show_profile(user=owner, by=moderator, seen=write("Ada"))
    write("Worse One")
    second = hide_by_case("A worse insult")
    assert reverse(first) == ""
    keep_hidden(user=owner, by=moderator, reason="No better", seen=write("Worst One"))
    assert reverse(second) == ""
    show_profile(user=owner, by=moderator, seen=write("Ada"))
    third = hide_by_case("A mistake")
    assert reverse(third) == "Ada"
