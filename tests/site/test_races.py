"""Two simultaneous requests: one succeeds, the other gets an error with the current status."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, MaximumSuggestion, Version
from extery_site.listings.event_handler import increment_revision
from extery_site.listings.models import Revision
from extery_site.publish import handover, maximum
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_revision_counts_every_simultaneous_change() -> None:
    from django.db import transaction

    def change() -> None:
        with transaction.atomic():
            increment_revision()

    run_simultaneously(*[change] * 8)

    assert Revision.objects.get().number == 8


def test_of_two_simultaneous_sign_ups_with_one_name_one_succeeds(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}

    def sign_up(number: int) -> int:
        fields = {
            "username": "ada" if number % 2 else "Ada",
            "email": f"ada{number}@example.org",
            "password1": "gears-turn-both-ways",
            "password2": "gears-turn-both-ways",
        }
        return Client().post("/account/signup/", fields).status_code

    statuses = run_simultaneously(*(partial(sign_up, number) for number in range(4)))

    assert User.objects.count() == 1
    assert statuses.count(302) == 1
    assert set(statuses) <= {302, 200, 409}


def test_the_race_tests_use_separate_connections(tmp_path: Path) -> None:
    """All threads would share an in-memory database, so the test would prove nothing."""
    assert connection.vendor == "postgresql" or Path(connection.settings_dict["NAME"]).is_file()


def test_of_two_simultaneous_answers_to_an_offer_one_counts(
    owner: User, moderator: User, stranger: User
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    offer = handover.offer(extension=extension, by=owner, to=stranger.username)

    results = run_simultaneously(
        partial(handover.accept, handover=offer, by=stranger),
        partial(handover.withdraw, handover=offer, by=owner),
        partial(handover.accept, handover=offer, by=stranger),
    )

    # After an acceptance the old owner may not even withdraw.
    assert sorted(errors_of(results))[:1] == ["handover.closed"]
    assert len(errors_of(results)) == 2
    offer.refresh_from_db()
    taken = Extension.objects.get().owner == stranger
    assert offer.state == ("accepted" if taken else "withdrawn")
    answers = Event.objects.filter(kind__in=["handover_accepted", "handover_withdrawn"])
    assert answers.count() == 1


def test_of_two_simultaneous_suggestions_of_a_user_one_is_open(
    owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_approved(owner, moderator)
    suggest = partial(
        maximum.suggest_maximum, version=version, by=stranger, maximum="5.0", reason="It crashes"
    )

    assert errors_of(run_simultaneously(suggest, suggest)) == ["maximum.suggested"]

    suggestion = MaximumSuggestion.objects.get()
    results = run_simultaneously(
        partial(maximum.accept, suggestion=suggestion, by=owner),
        partial(maximum.decline, suggestion=suggestion, by=moderator, answer="It works"),
    )
    assert errors_of(results) == ["maximum.closed"]
    suggestion.refresh_from_db()
    is_set = Version.objects.get().blender_max is not None
    assert is_set == (suggestion.state == "accepted")
