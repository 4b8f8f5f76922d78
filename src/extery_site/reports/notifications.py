"""Whom reports, decisions, appeals and suspensions notify, in the transaction of the change.

Moderators have one subject for each case. Those who reported something and the reported person have
another one, which leads to "My reports and appeals": they do not learn about each other.
"""

from __future__ import annotations

from django.urls import reverse

from extery_site.accounts.models import Suspension, User
from extery_site.accounts.permissions import active_moderators
from extery_site.notify.actions import Subject, notify, settle
from extery_site.reports.models import Appeal, Case, CaseEntry, Report
from extery_site.reports.permissions import may_decide_appeal, may_decide_case


def _deciders(case: Case) -> list[User]:
    """Return the moderators who may decide a case; the others do not learn who reported what."""
    return [user for user in active_moderators() if may_decide_case(user, case)]


def _reporters(case: Case) -> list[User]:
    """Return those whose report stands and has a name."""
    standing = case.reports.standing().exclude(by=None).values("by")
    return list(User.objects.filter(pk__in=standing, is_active=True))


def _case_subject(case: Case) -> Subject:
    return Subject(f"case {case.pk}", case.title, case.get_absolute_url())


def _own_subject(case: Case) -> Subject:
    """Return the subject for users who are not moderators."""
    return Subject(f"own-case {case.pk}", case.title, reverse("reports:mine"))


def reported(report: Report) -> None:
    """Notify the moderators who may decide the reports."""
    case = report.case
    notify(
        "reported",
        to=_deciders(case),
        subject=_case_subject(case),
        by=report.by,
        text=report.text,
    )


def asked(entry: CaseEntry) -> None:
    """Notify those of whom moderators have asked something."""
    case = entry.case
    is_to_person = entry.kind == CaseEntry.Kind.ASKED_PERSON
    notify(
        "report_question",
        to=[case.person] if is_to_person else _reporters(case),
        subject=_own_subject(case),
        by=entry.by,
        text=entry.text,
        url=reverse("reports:answer", args=[case.pk]),
    )


def answered(entry: CaseEntry) -> None:
    """Notify the moderator of a case of an answer; all who may decide if that one may not any more."""
    case = entry.case
    deciders = _deciders(case)
    to = [user for user in deciders if user.pk == case.assigned_to_id] or deciders
    if entry.by is not None:
        settle(_own_subject(case).key, users=[entry.by])
    notify(
        "report_answer",
        to=to,
        subject=_case_subject(case),
        by=entry.by,
        text=entry.text,
    )


def decided(case: Case) -> None:
    """Notify those who reported something of the outcome; the reported person only if it is resolved."""
    settle(_own_subject(case).key)
    outcome = case.get_status_display().lower()
    notify(
        "report_decided",
        to=_reporters(case),
        subject=_own_subject(case),
        by=case.decided_by,
        text=case.note,
        about=f"Your report about {case.title} was {outcome}",
    )
    if case.status == Case.Status.RESOLVED:
        notify(
            "reported_person",
            to=[case.person],
            subject=_own_subject(case),
            by=case.decided_by,
            text=case.note,
        )


def reopened(case: Case, *, by: User) -> None:
    """Notify those who reported something that the case is open again."""
    notify(
        "report_decided",
        to=_reporters(case),
        subject=_own_subject(case),
        by=by,
        about=f"Your report about {case.title} is looked at again",
    )


def suspended(suspension: Suspension) -> None:
    """Notify the suspended user."""
    notify(
        "suspended",
        to=[suspension.user],
        subject=Subject(f"suspension {suspension.pk}", "Your account", reverse("reports:mine")),
        by=suspension.by,
        text=suspension.reason,
        about=f"Your account is suspended until {suspension.ends_at:%-d %B %Y}",
    )


def suspension_lifted(suspension: Suspension) -> None:
    """Notify the user whose suspension has ended early."""
    notify(
        "suspended",
        to=[suspension.user],
        subject=Subject(f"suspension {suspension.pk}", "Your account", reverse("reports:mine")),
        by=suspension.lifted_by,
        text=suspension.lift_reason,
        about="The suspension of your account is lifted",
    )


def _appeal_subject(appeal: Appeal) -> Subject:
    return Subject(f"appeal {appeal.pk}", appeal.title, appeal.get_absolute_url())


def appealed(appeal: Appeal) -> None:
    """Notify the moderators who may decide an appeal; if there are none, those who can ask another one."""
    others = [user for user in active_moderators() if user.pk != appeal.by_id]
    notify(
        "appealed",
        to=[user for user in others if may_decide_appeal(user, appeal)] or others,
        subject=_appeal_subject(appeal),
        by=appeal.by,
        text=appeal.text,
    )


def appeal_decided(appeal: Appeal) -> None:
    """Notify the person who appealed, and the moderator of the first decision."""
    outcome = appeal.get_status_display().lower()
    subject = _appeal_subject(appeal)
    notify(
        "appeal_decided",
        to=[appeal.by],
        subject=subject,
        by=appeal.decided_by,
        text=appeal.answer,
        about=f"Your appeal was {outcome}: {appeal.title}",
    )
    notify(
        "own_decision_appealed",
        to=[appeal.first_decided_by],
        subject=subject,
        by=appeal.decided_by,
        text=appeal.answer,
        about=f"The appeal was {outcome}: {appeal.title}",
    )
