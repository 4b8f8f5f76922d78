"""Writes the steps of a case, each with its row of the audit log."""

from __future__ import annotations

from extery_site.accounts.models import User
from extery_site.audit.actions import case_action
from extery_site.audit.recording import write_entry
from extery_site.reports.models import Case, CaseEntry, Report


def add_entry(
    case: Case,
    kind: CaseEntry.Kind,
    *,
    by: User | None,
    report: Report | None = None,
    text: str = "",
) -> CaseEntry:
    """Add a step to the history of a case, in the transaction of the change.

    Its row of the audit log is withheld from those who may not decide the case: the reported person
    does not learn who reported, asked or decided.
    """
    entry: CaseEntry = case.entries.create(kind=kind, by=by, report=report, text=text)
    extension = case.extension
    write_entry(
        case_action(kind),
        by=by,
        person=case.person,
        extension=extension,
        subject=f"Reports about {case.title}",
        path=case.get_absolute_url(),
        text=text,
        source=f"case-entry {entry.pk}",
        withheld_from=concerned_people(case),
    )
    return entry


#: Kinds of cases that the owner of the extension may not decide either.
OWNED_KINDS = ("extension", "version", "image", "rating")


def concerned_people(case: Case) -> set[int | None]:
    """Return the keys of the users who may not decide a case: it is about their own things."""
    people: set[int | None] = {case.person_id}
    if case.extension is not None and case.kind in OWNED_KINDS:
        people.add(case.extension.owner_id)
    return people
