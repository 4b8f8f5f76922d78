"""Reports of other things than extensions, questions, a suspension and appeals.

Actions record the current time; `_set_dates` spreads the history of each case over the days before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from extery_site.accounts.models import HiddenProfile, Suspension, User
from extery_site.accounts.profiles import save_profile
from extery_site.accounts.suspensions import suspend_user
from extery_site.catalog.models import Event, Extension
from extery_site.notify.models import Notification
from extery_site.reports import actions, handling
from extery_site.reports.appeals import appeal
from extery_site.reports.models import Appeal, Case, Report
from extery_site.reports.targets import find_target

Users = Mapping[str, User]


def add_cases(users: Users, now: datetime) -> None:
    """Report comments, images and users as the demo's users, and handle some of it."""
    _pictures_with_one_name(users, now)
    _advertising(users, now)
    _a_copied_image(users, now)
    _a_rude_comment(users, now)
    _appeal_against_declining(now)


def _report(users: Users, by: str, kind: str, key: str, reason: str, text: str) -> Report:
    user = users[by]
    target = find_target(kind, key, user)
    return actions.report_target(target=target, by=user, reason=reason, text=text)


def _pictures_with_one_name(users: Users, now: datetime) -> None:
    """Others join the open report of the scenario; a moderator works on it."""
    for by, text in (
        ("tove", "It replaced the print of yesterday without asking. I had no copy of that one."),
        ("aino", "Same here with two cameras named 'Door.001' and 'Door 001'."),
    ):
        report = _report(users, by, "extension", "contact_prints", "broken", text)
    case, moderator = report.case, users["moderator"]
    handling.claim_case(case=case, by=moderator)
    handling.ask_person(
        case=case,
        by=moderator,
        text="Can the add-on write both prints, or stop before it replaces a file? Until when could you change it?",
    )
    handling.answer_question(
        case=case, by=users["oskar"], text="It should number them. I can send 1.2.1 this week."
    )
    handling.add_note(
        case=case,
        by=users["imani"],
        text="No harm intended. I would wait for 1.2.1, then resolve it.",
    )
    _set_dates(case, now, first=2.2, last=0.1)


def _advertising(users: Users, now: datetime) -> None:
    """An account that only advertises is suspended, and appeals."""
    seller, imani = users["quickaddons7"], users["imani"]
    for by, text in (
        ("luz", "The profile is one long advertisement, with links to a shop."),
        ("kenji", "Only advertising."),
    ):
        report = _report(users, by, "user", seller.username, "advertising", text)
    case = handling.resolve_case(
        case=report.case,
        by=imani,
        note="The profile contained only advertising. The account is suspended for 30 days.",
        hides_profile=True,
    )
    # The change waits for a moderator.
    changed = "I make small add-ons for modelling."
    save_profile(user=seller, full_name=seller.full_name, about=changed, uses_keys=True)
    suspension = suspend_user(
        user=seller,
        by=imani,
        reason="Your profile contains only links to a shop. Extensions are welcome here, advertising is not.",
        ends_at=now + timedelta(days=29),
    )
    seller.refresh_from_db()
    made = appeal(
        decision=f"suspension-{suspension.pk}",
        by=seller,
        text="I did not know that. I have removed the links, and would like to publish my add-ons here.",
    )
    _set_dates(case, now, first=2.8, last=1.0)
    Suspension.objects.filter(pk=suspension.pk).update(created_at=now - timedelta(days=1))
    _set_date(made, now - timedelta(hours=9))
    _date_hidden_profile(
        seller, hidden_at=now - timedelta(days=1), changed_at=now - timedelta(hours=20)
    )


def _date_hidden_profile(person: User, *, hidden_at: datetime, changed_at: datetime) -> None:
    HiddenProfile.objects.filter(user=person).update(hidden_at=hidden_at, changed_at=changed_at)
    for key, at in ((f"own-profile {person.pk}", hidden_at), (f"profile {person.pk}", changed_at)):
        Notification.objects.filter(entry__key=key).update(created_at=at)


def _a_copied_image(users: Users, now: datetime) -> None:
    image = Extension.objects.get(extension_id="chalk_yard").image_id
    text = "The photo in the background is by my sister. She has not been asked."
    report = _report(users, "priya", "image", str(image), "copyright", text)
    _set_dates(report.case, now, first=0.4, last=0.4)


def _a_rude_comment(users: Users, now: datetime) -> None:
    comments = Event.objects.filter(kind=Event.Kind.COMMENT, extension__extension_id="ring_table")
    comment = comments.filter(by=users["kenji"]).first()
    assert comment is not None
    text = "Does this have to be so harsh?"
    report = _report(users, "visitor", "comment", str(comment.pk), "offensive", text)
    note = "We read it again. It is direct, but about the add-on and not about its author."
    case = handling.dismiss_case(case=report.case, by=users["moderator"], note=note)
    _set_dates(case, now, first=12.0, last=11.6)


def _appeal_against_declining(now: datetime) -> None:
    declined = Event.objects.filter(kind=Event.Kind.DECLINED).first()
    assert declined is not None
    made = appeal(
        decision=f"event-{declined.pk}",
        by=declined.extension.owner,
        text="It is close to the grey theme that Blender has, but mine has more contrast, for projectors. "
        "Please compare them side by side.",
    )
    _set_date(made, now - timedelta(days=1, hours=5))


def _set_date(made: Appeal, at: datetime) -> None:
    Appeal.objects.filter(pk=made.pk).update(created_at=at)
    Notification.objects.filter(entry__key=f"appeal {made.pk}").update(created_at=at)


def _set_dates(case: Case, now: datetime, *, first: float, last: float) -> None:
    """Spread the entries that were made now from ``first`` to ``last`` days ago."""
    entries = list(case.entries.filter(created_at__gte=now).order_by("pk"))
    step = (first - last) / max(1, len(entries) - 1)
    written = Notification.objects.filter(
        entry__key__in=(f"case {case.pk}", f"own-case {case.pk}"), created_at__gte=now
    )
    for number, entry in reversed(list(enumerate(entries))):
        at = now - timedelta(days=first - number * step)
        # From the last entry to the first: each takes what was written after it.
        written.filter(created_at__gte=entry.created_at).update(created_at=at)
        entry.created_at = at
        entry.save(update_fields=["created_at"])
        if entry.report_id and entry.kind == "reported":
            Report.objects.filter(pk=entry.report_id).update(created_at=entry.created_at)
    opened = case.entries.order_by("created_at").first()
    assert opened is not None
    decided_at = entries[-1].created_at if not case.is_open else None
    Case.objects.filter(pk=case.pk).update(created_at=opened.created_at, decided_at=decided_at)
