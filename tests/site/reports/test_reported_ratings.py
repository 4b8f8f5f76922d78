"""Ratings that several users have reported are hidden until a moderator decides."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.ratings.actions import hide_rating, rate, show_rating
from extery_site.ratings.models import Rating
from extery_site.reports.actions import report_target, withdraw_report
from extery_site.reports.handling import dismiss_case, reopen_case, resolve_case
from extery_site.reports.models import Case, Report
from extery_site.reports.targets import find_target
from tests.site import factories


@pytest.fixture
def rating(approve: Callable[..., Version], stranger: User) -> Rating:
    return rate(extension=approve().extension, by=stranger, stars=1, text="By a clown")


@pytest.fixture
def readers(db: None) -> list[User]:
    return [factories.make_user(f"reader{number}") for number in range(3)]


def report(rating: Rating, by: Any, **values: Any) -> Report:
    target = find_target("rating", str(rating.pk), by)
    return report_target(target=target, by=by, reason="offensive", text="Insulting", **values)


def is_hidden(rating: Rating) -> bool:
    rating.refresh_from_db()
    return rating.is_hidden


def test_enough_users_hide_a_rating_and_a_moderator_shows_it_again(
    rating: Rating, readers: list[User], moderator: User
) -> None:
    for reader in readers[:2]:
        report(rating, reader)
    assert not is_hidden(rating)
    case = report(rating, readers[2]).case
    assert is_hidden(rating)
    assert [entry.kind for entry in case.entries.all()][-1] == "hidden"
    dismiss_case(case=case, by=moderator, note="It is rude, but about the extension")
    assert not is_hidden(rating)
    report(rating, readers[0])
    assert not is_hidden(rating)


def test_a_resolved_case_hides_the_rating(
    rating: Rating, readers: list[User], moderator: User
) -> None:
    case = report(rating, readers[0]).case
    resolve_case(case=case, by=moderator, note="An insult")
    assert is_hidden(rating)
    hidden = (rating.hidden_by, rating.hidden_by_case, rating.hidden_reason)
    assert hidden == (moderator, case.pk, "An insult")
    # The migration finds what was hidden before the column existed, and shortens titles.
    Rating.objects.update(hidden_by_case=None)
    Case.objects.create(kind="user", target_pk=0, key="ada", title="Bad One (@ada)")
    migration = import_module("extery_site.reports.migrations.0006_titles_and_hidden_ratings")
    for operation in migration.Migration.operations:
        operation.code(apps, None)
    rating.refresh_from_db()
    assert rating.hidden_by_case == case.pk
    assert Case.objects.get(kind="user").title == "ada"


def test_the_rating_is_shown_again_when_all_reports_are_taken_back(
    rating: Rating, readers: list[User]
) -> None:
    reports = [report(rating, reader) for reader in readers]
    for one, reader in zip(reports, readers, strict=True):
        assert is_hidden(rating)
        withdraw_report(report=one, by=reader)
    assert not is_hidden(rating)


def test_a_reversed_decision_shows_only_what_it_has_hidden(
    rating: Rating, readers: list[User], moderator: User
) -> None:
    first = report(rating, readers[0])
    case = resolve_case(case=first.case, by=moderator, note="An insult")
    reopen_case(case=case, by=moderator, reason="Look again")
    # Reporters do not reverse the decision of a moderator.
    withdraw_report(report=first, by=readers[0])
    assert is_hidden(rating)
    reopen_case(case=case, by=moderator, reason="Look again")
    dismiss_case(case=case, by=moderator, note="Polite enough")
    assert not is_hidden(rating)
    case = resolve_case(case=report(rating, readers[0]).case, by=moderator, note="An insult")
    show_rating(rating, moderator)
    hide_rating(rating, moderator, "It was changed to a worse insult")
    reopen_case(case=case, by=moderator, reason="Look again")
    dismiss_case(case=case, by=moderator, note="The first text was fine")
    assert is_hidden(rating)


def test_reports_without_a_name_do_not_hide_a_rating(rating: Rating, settings: Any) -> None:
    settings.EXTERY_ANONYMOUS_REPORTS = True
    for number in range(5):
        report(rating, AnonymousUser(), address=f"10.0.0.{number}")
    assert not is_hidden(rating)
    settings.EXTERY_REPORTS_TO_HIDE_RATING = None
    for name in ("a", "b", "c", "d"):
        report(rating, factories.make_user(name))
    assert not is_hidden(rating)


def test_the_owner_of_the_extension_reports_but_does_not_decide(
    stranger: User, readers: list[User], moderator: User
) -> None:
    imani = factories.make_moderator("imani")
    extension = factories.make_approved(moderator, imani).extension
    rating = rate(extension=extension, by=stranger, stars=1, text="By a clown")
    with pytest.raises(Refused):
        report(rating, stranger)
    case = report(rating, moderator).case
    with pytest.raises(Refused):
        resolve_case(case=case, by=moderator, note="An insult")
    assert not is_hidden(rating)
    resolve_case(case=case, by=imani, note="An insult")
    assert is_hidden(rating)
