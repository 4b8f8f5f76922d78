"""The life cycle explored: no sequence of actions leads to an illegal state.

Hypothesis makes sequences of actions of the owner, two moderators, a visitor, the worker and the clock, and checks
after each of them what must hold. ``EXTERY_TEST_LIFE_CYCLE=500`` explores that many sequences instead of a few.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from extery_site.catalog import transitions
from extery_site.catalog.models import Event, Version
from extery_site.moderation import automatic, blocks, cool_down, decisions, queue_tasks
from extery_site.moderation.models import BlockRequest
from extery_site.moderation.undo import undo
from extery_site.publish import actions
from extery_site.publish.expiry import expire_drafts
from tests.site import factories
from tests.site.catalog.life_cycle_invariants import LifeCycleInvariants
from tests.site.catalog.life_cycle_state import NUMBERS
from tests.site.catalog.life_cycle_steps import POSSIBLE, STEPS_OF_VERSIONS
from tests.site.packages import package

SEQUENCES = int(os.environ.get("EXTERY_TEST_LIFE_CYCLE", "3"))
STEPS = 20
#: Package by number and build, made once.
PACKAGES = {
    (number, build): package(version=number, files={"build.py": f"build = {build}\n"})
    for number in NUMBERS
    for build in range(3)
}
PEOPLE = st.sampled_from(["owner", "moderator", "second", "visitor"])
VERSIONS = st.sampled_from(NUMBERS)
#: What the worker does from time to time.
WORK = (cool_down.publish_due, automatic.publish_due, cool_down.end_holds, expire_drafts)


class FakeContext:
    """The context of a task outside of a worker."""

    complete = staticmethod(transaction.atomic)


class LifeCycle(LifeCycleInvariants):
    """The actions of the owner, the moderators, the worker and the clock."""

    @precondition(lambda self: self.possible())
    @rule(data=st.data())
    def do_what_is_possible(self, data: st.DataObject) -> None:
        """Take one of the actions that the statuses allow, by a user who may: it succeeds."""
        number, name = data.draw(st.sampled_from(self.possible()))
        version = self.version(number)
        assert version is not None
        role, act = POSSIBLE[name]
        by = self.users[role]

        done = self.attempt(lambda: act(version, by), who=role, role=role)

        assert done, f"{name} of {number}"
        last = Event.objects.filter(version_number=number).latest("pk")
        assert last.kind in (name, "scheduled" if name == "approved" else name)
        assert last.by == by

    # The owner

    @rule(number=VERSIONS)
    def upload(self, number: str) -> None:
        self.build = (self.build + 1) % 3
        file = io.BytesIO(PACKAGES[number, self.build])

        def act() -> None:
            version = actions.receive_upload(file=file, user=self.users["owner"]).version
            factories.complete(version)

        self.attempt(act, who="owner", role="owner")

    @precondition(lambda self: self.version("1.0.0") or self.version("1.1.0"))
    @rule(
        number=VERSIONS,
        who=PEOPLE,
        name=st.sampled_from(
            ["submit", "submit", "withdraw", "discard_draft", "unpublish", "republish"]
        ),
    )
    def act_as_owner(self, number: str, who: str, name: str) -> None:
        version = self.version(number)
        if version is None:
            return
        who = "owner" if who == "second" else who
        action = getattr(actions, name)
        self.attempt(lambda: action(version=version, by=self.users[who]), who=who, role="owner")

    # Moderators

    @precondition(lambda _: Version.objects.filter(status="in_review").exists())
    @rule(
        number=VERSIONS,
        who=PEOPLE,
        name=st.sampled_from(
            ["approve_version", "approve_version", "request_changes", "decline_version"]
        ),
        stale=st.booleans(),
    )
    def decide(self, number: str, who: str, name: str, stale: bool) -> None:
        version = self.version(number)
        if version is None:
            return
        packages = ["0" * 64] if stale and name != "approve_version" else version.package_hashes
        action = getattr(decisions, name)

        def act() -> None:
            action(version=version, packages=packages, by=self.users[who], reason="Because")

        assert not (self.attempt(act, who=who, role="moderator") and packages == ["0" * 64])

    @precondition(lambda _: Version.objects.exclude(status="draft").exists())
    @rule(
        number=VERSIONS,
        who=PEOPLE,
        name=st.sampled_from(
            [
                *("hold_version", "release_version", "block_version", "unblock_version"),
                *("publish_early", "stop_publication"),
            ]
        ),
        days=st.sampled_from([None, 1, 3]),
    )
    def change(self, number: str, who: str, name: str, days: int | None) -> None:
        version = self.version(number)
        if version is None:
            return
        action = getattr(cool_down if hasattr(cool_down, name) else decisions, name)
        values: dict[str, Any] = {}
        if name == "hold_version" and days:
            values["until"] = timezone.localdate() + timedelta(days=days)

        def act() -> None:
            action(version=version, by=self.users[who], reason="Because", **values)

        self.attempt(act, who=who, role="moderator")

    @precondition(lambda self: self.extension() is not None)
    @rule(who=PEOPLE, name=st.sampled_from(["block_extension", "unblock_extension"]))
    def block(self, who: str, name: str) -> None:
        extension = self.extension()
        assert extension is not None
        action = getattr(decisions, name)
        self.attempt(
            lambda: action(extension=extension, by=self.users[who], reason="Because"),
            who=who,
            role="moderator",
        )

    @precondition(lambda self: self.extension() is not None)
    @rule(
        who=PEOPLE,
        numbers=st.sampled_from([(), ("1.0.0",), ("1.0.0", "1.1.0")]),
        stop=st.booleans(),
    )
    def ask_for_block(self, who: str, numbers: tuple[str, ...], stop: bool) -> None:
        extension = self.extension()
        assert extension is not None

        def act() -> None:
            blocks.ask_for_block(
                extension=extension,
                by=self.users[who],
                reason="Because",
                numbers=numbers,
                stop_downloads=stop,
            )

        self.attempt(act, who=who, role="moderator")

    @precondition(lambda _: BlockRequest.objects.exists())
    @rule(who=PEOPLE, name=st.sampled_from(["confirm", "refuse", "take back"]))
    def answer(self, who: str, name: str) -> None:
        request = BlockRequest.objects.select_related("extension").latest("pk")
        by = self.users[who]
        act = {
            "confirm": lambda: blocks.confirm_block(request=request, by=by),
            "refuse": lambda: blocks.refuse_block(request=request, by=by, answer="No"),
            "take back": lambda: blocks.take_back_request(request=request, by=by),
        }[name]
        if self.attempt(act, who=who, role="moderator"):
            assert (request.asked_by == by) == (name == "take back")

    @precondition(lambda _: Version.objects.exists())
    @rule(number=VERSIONS, who=PEOPLE)
    def undo(self, number: str, who: str) -> None:
        version = self.version(number)
        if version is None:
            return
        decision = version.events.exclude(kind="comment").order_by("created_at", "pk").last()
        if self.attempt(
            lambda: undo(version=version, by=self.users[who]), who=who, role="moderator"
        ):
            assert decision is not None
            assert decision.by == self.users[who]
            assert decision.created_at > self.now() - timedelta(minutes=10)

    # The worker and the clock

    @rule(hours=st.sampled_from([1, 25, 24 * 4, 24 * 31]))
    def wait(self, hours: int) -> None:
        self.offset += timedelta(hours=hours)

    @rule()
    def work(self) -> None:
        events = Event.objects.count()
        number = sum(work() for work in WORK)
        # If a deleted extension takes its events along, there are fewer; some publications are stopped.
        planned = Event.objects.filter(kind="auto_scheduled").count()
        assert Event.objects.count() <= events + number + planned
        assert [work() for work in WORK] == [0] * len(WORK)

    @rule()
    def compare_packages(self) -> None:
        """What the worker does after a submission: the site may publish the version."""
        for version in Version.objects.filter(status="in_review").select_related("extension"):
            queue_tasks.measure_packages.call(FakeContext(), version.pk)
            before = Event.objects.count()
            done = automatic.consider(version)
            assert Event.objects.count() == before + (done is not None)
            assert done is None or django_settings.EXTERY_LATER_VERSIONS == "by-risk"


@pytest.mark.parametrize("policy", ["review", "cool-down", "by-risk"])
def test_no_sequence_of_actions_leads_to_an_illegal_state(
    policy: str, db: None, settings_of_site: Any
) -> None:
    settings_of_site.EXTERY_LATER_VERSIONS = policy

    run_state_machine_as_test(
        LifeCycle,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert not Version.objects.exists()


def test_the_machine_knows_every_transition_of_versions() -> None:
    of_versions = [change for change in transitions.TRANSITIONS if change.of is Version]

    without_transition = {"uploaded", "replaced", "package_removed"}
    assert {change.event.value for change in of_versions} | without_transition == set(
        STEPS_OF_VERSIONS
    )
    for change in of_versions:
        assert set(change.sources) <= STEPS_OF_VERSIONS[change.event].sources


@pytest.fixture
def settings_of_site(settings: Any) -> Any:
    """The settings of Django; the name ``settings`` is Hypothesis' here."""
    return settings
