"""Reports: one open report per person and thing, grouped into cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation.comments import comment, remove_comment
from extery_site.reports import actions
from extery_site.reports.handling import dismiss_case, resolve_case
from extery_site.reports.models import Case, CaseEntry, Report
from extery_site.reports.targets import KINDS, Target, find_target
from tests.site import factories
from tests.site.media.content import add_item


@pytest.fixture
def report(approve: Callable[..., Version], stranger: User) -> Report:
    return actions.report_extension(
        extension=approve().extension, by=stranger, reason="malicious", text=" It mines coins. "
    )


def kinds(case: Case) -> list[str]:
    return list(case.entries.values_list("kind", flat=True))


def test_reports_of_one_thing_are_one_case(report: Report, moderator: User) -> None:
    assert report.text == "It mines coins."
    other = actions.report_extension(
        extension=report.case.extension, by=moderator, reason="other", text="It is slow."
    )
    case = Case.objects.get()
    assert (other.case, report.case) == (case, case)
    assert (case.status, case.title, case.person) == ("open", "Gear Tool", case.extension.owner)
    assert kinds(case) == ["reported", "reported"]


def test_a_person_has_one_open_report_of_a_thing(
    report: Report, moderator: User, stranger: User
) -> None:
    extension = report.case.extension
    assert extension is not None

    def again() -> Report:
        return actions.report_extension(
            extension=extension, by=stranger, reason="other", text="Again"
        )

    with pytest.raises(Conflict) as caught:
        again()
    assert caught.value.code == "report.already-reported"
    dismiss_case(case=report.case, by=moderator, note="It does not")
    assert again().case != report.case
    assert Case.objects.filter(status="open").count() == 1


def test_a_person_adds_to_a_report_and_takes_it_back(
    report: Report, stranger: User, moderator: User
) -> None:
    entry = actions.add_to_report(report=report, by=stranger, text="Also in 1.1.0")
    assert (entry.kind, entry.text, entry.report) == ("added", "Also in 1.1.0", report)
    for by in (moderator, factories.make_user("zoe")):
        with pytest.raises(NotFound):
            actions.add_to_report(report=report, by=by, text="Mine")
        with pytest.raises(NotFound):
            actions.withdraw_report(report=report, by=by)
    actions.withdraw_report(report=report, by=stranger)
    case = Case.objects.get()
    assert case.status == "withdrawn"
    assert kinds(case) == ["reported", "added", "withdrawn"]
    with pytest.raises(NotFound):
        actions.withdraw_report(report=report, by=stranger)
    with pytest.raises(Conflict):
        resolve_case(case=case, by=moderator, note="Too late")


def test_a_case_stays_open_while_another_report_stands(
    report: Report, stranger: User, moderator: User
) -> None:
    extension = report.case.extension
    assert extension is not None
    actions.report_extension(extension=extension, by=moderator, reason="other", text="Slow")
    actions.withdraw_report(report=report, by=stranger)
    assert Case.objects.get().is_open
    again = actions.report_extension(extension=extension, by=stranger, reason="other", text="Hm")
    assert again.case == report.case


def test_a_report_needs_an_account_a_reason_and_a_text(
    approve: Callable[..., Version], stranger: User
) -> None:
    extension = approve().extension
    with pytest.raises(Refused):
        actions.report_extension(extension=extension, by=AnonymousUser(), reason="other", text="Hm")
    for reason, text, code in [
        ("ugly", "Hm", "report.unknown-reason"),
        ("other", "\u202e \u200b", "report.text-missing"),
    ]:
        with pytest.raises(InvalidInput) as caught:
            actions.report_extension(extension=extension, by=stranger, reason=reason, text=text)
        assert caught.value.code == code
    assert not Case.objects.exists()


def test_a_text_keeps_its_lines_and_loses_invisible_characters(report: Report) -> None:
    entry = actions.add_to_report(report=report, by=report.by, text="One\u202e\n\n\tTwo\u200b\r\n")
    assert entry.text == "One\n\n    Two"


def targets(version: Version, stranger: User) -> dict[str, str]:
    """Return a key of each kind, all of the owner of ``version``."""
    extension = version.extension
    event = comment(extension=extension, by=extension.owner, text="Buy gears")
    assert extension.image is not None
    return {
        "extension": "GEAR_tool",
        "version": "gear_tool-1.0.0",
        "comment": str(event.pk),
        "user": "Ada",
        "image": str(extension.image.pk),
    }


def test_every_kind_can_be_reported_but_not_by_its_owner(
    approve: Callable[..., Version], stranger: User, owner: User
) -> None:
    keys = targets(approve(), stranger)
    assert set(keys) <= set(KINDS)
    for kind, key in keys.items():
        target = find_target(kind, key, stranger)
        created = actions.report_target(target=target, by=stranger, reason="other", text="Hm")
        assert (created.case.kind, created.case.person) == (kind, owner)
        with pytest.raises(Refused) as caught:
            actions.report_target(target=target, by=owner, reason="other", text="Hm")
        assert caught.value.code == "report.own"
    assert Case.objects.count() == len(keys)


def test_a_picture_of_a_gallery_can_be_reported(
    approve: Callable[..., Version], stranger: User, moderator: User
) -> None:
    extension = approve().extension
    item = add_item(extension, "A stolen gear")
    target = find_target("image", str(item.image_id), stranger)
    assert (target.excerpt, target.owner) == ("A stolen gear", extension.owner)
    assert target.url == "/extensions/gear_tool/?picture=2"
    assert actions.report_target(target=target, by=stranger, reason="other", text="Mine")


def test_reasons_depend_on_the_kind(approve: Callable[..., Version], stranger: User) -> None:
    approve()
    target = find_target("user", "ada", stranger)
    with pytest.raises(InvalidInput) as caught:
        actions.report_target(target=target, by=stranger, reason="malicious", text="Hm")
    assert "advertising" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("extension", "gear_tool"),
        ("version", "gear_tool-1.0.0"),
        ("user", "nobody"),
        ("comment", "0"),
        ("comment", "9" * 30),
        ("comment", "²"),
        ("image", "x"),
        ("planet", "earth"),
        ("user", "a\0b"),
    ],
)
def test_what_a_person_cannot_see_cannot_be_reported(
    owner: User, stranger: User, kind: str, key: str
) -> None:
    factories.make_draft(owner)
    with pytest.raises(NotFound):
        find_target(kind, key, stranger)


def test_comments_and_images_of_a_draft_cannot_be_reported(owner: User, stranger: User) -> None:
    draft = factories.complete(factories.make_draft(owner)).extension
    event = comment(extension=draft, by=owner, text="Mine")
    for kind, key in [("comment", str(event.pk)), ("image", str(draft.image_id))]:
        with pytest.raises(NotFound):
            find_target(kind, key, stranger)
        assert find_target(kind, key, owner).extension == draft


def test_internal_notes_and_removed_comments_cannot_be_reported(
    approve: Callable[..., Version], stranger: User, moderator: User
) -> None:
    version = approve()
    note = comment(extension=version.extension, by=moderator, text="Hm", is_internal=True)
    removed = comment(extension=version.extension, by=moderator, text="Rude")
    assert find_target("comment", str(removed.pk), stranger).owner == moderator
    remove_comment(event=removed, by=moderator)
    for event in (note, removed):
        with pytest.raises(NotFound):
            find_target("comment", str(event.pk), stranger)


def test_a_thing_that_is_deleted_meanwhile_is_not_reported(
    approve: Callable[..., Version], stranger: User, owner: User
) -> None:
    approve()
    target: Target = find_target("user", "ada", stranger)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(NotFound):
        actions.report_target(target=target, by=stranger, reason="other", text="Hm")
    assert not Case.objects.exists()


def test_anonymous_reports_depend_on_the_setting(
    approve: Callable[..., Version], stranger: User, settings: Any
) -> None:
    approve()
    target = find_target("extension", "gear_tool", stranger)

    def report(by: Any, text: str) -> Report:
        return actions.report_target(
            target=target, by=by, reason="other", text=text, anonymous=True, address="10.0.0.1"
        )

    with pytest.raises(Refused) as refused:
        report(stranger, "Hm")
    assert refused.value.code == "report.name-needed"
    settings.EXTERY_ANONYMOUS_REPORTS = True
    for by in (stranger, AnonymousUser()):
        assert (report(by, "Hm").by, report(by, "Hm").is_anonymous) == (None, True)
    assert set(CaseEntry.objects.values_list("by__username", flat=True)) == {None}
    settings.EXTERY_REPORTS_PER_ADDRESS = replace(settings.EXTERY_REPORTS_PER_ADDRESS, number=1)
    with pytest.raises(Refused) as caught:
        report(AnonymousUser(), "Hm")
    assert caught.value.code == "quota.exceeded"
