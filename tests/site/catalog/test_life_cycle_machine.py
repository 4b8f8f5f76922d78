"""The life cycle explored: no sequence of actions leads to an illegal state.

Hypothesis makes sequences of actions of the owner, two moderators, a visitor, the worker and the clock, and checks
after each of them what must hold. ``EXTERY_TEST_LIFE_CYCLE=500`` explores that many sequences instead of a few.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from extery.core.compatibility import System
from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.catalog import transitions
from extery_site.catalog.endpoints import visible_versions
from extery_site.catalog.models import EXPIRING, Event, Extension, Version
from extery_site.listings.changes import read_changes
from extery_site.listings.models import ListingEntry
from extery_site.listings.snapshot import Snapshot
from extery_site.moderation import automatic, blocks, cool_down, decisions, queue_tasks
from extery_site.moderation.models import BlockRequest
from extery_site.moderation.undo import undo
from extery_site.publish import actions
from extery_site.publish.expiry import expire_drafts
from tests.site import factories
from tests.site.packages import package

SEQUENCES = int(os.environ.get("EXTERY_TEST_LIFE_CYCLE", "3"))
STEPS = 20
NUMBERS = ("1.0.0", "1.1.0", "2.0.0")
#: Package by number and build, made once.
PACKAGES = {
    (number, build): package(version=number, files={"build.py": f"build = {build}\n"})
    for number in NUMBERS
    for build in range(3)
}


class Step(NamedTuple):
    """What an event does to a version; written here again, so that a mistake in the table is found."""

    sources: set[str]
    target: str


OPEN = {"in_review", "changes_requested", "on_hold", "cooling_down"}
#: The effect of each event on its version; ``deleted`` is the end.
STEPS_OF_VERSIONS = {
    "uploaded": Step({"", "draft", "changes_requested", "withdrawn"}, ""),
    "replaced": Step({"draft", "changes_requested", "withdrawn"}, ""),
    "submitted": Step({"draft", "changes_requested", "withdrawn"}, "in_review"),
    "withdrawn": Step(OPEN, "withdrawn"),
    "discarded": Step({"draft", "changes_requested", "withdrawn", "declined"}, "deleted"),
    "expired": Step({"draft", "withdrawn"}, "deleted"),
    "approved": Step({"in_review"}, "approved"),
    "first_approved": Step({"in_review"}, "in_review"),
    "approval_withdrawn": Step({"in_review"}, "in_review"),
    "undone": Step({"approved", "cooling_down", "changes_requested", "on_hold"}, "in_review"),
    "changes_requested": Step({"in_review"}, "changes_requested"),
    "declined": Step({"in_review", "on_hold"}, "declined"),
    "held": Step({"in_review", "cooling_down"}, "on_hold"),
    "released": Step({"on_hold"}, "in_review"),
    "hold_ended": Step({"on_hold"}, "in_review"),
    "scheduled": Step({"in_review"}, "cooling_down"),
    "published": Step({"cooling_down"}, "approved"),
    "published_early": Step({"cooling_down"}, "approved"),
    "stopped": Step({"cooling_down"}, "in_review"),
    "auto_scheduled": Step({"in_review"}, "cooling_down"),
    "auto_published": Step({"in_review", "cooling_down"}, "approved"),
    "auto_stopped": Step({"cooling_down"}, "in_review"),
    "unpublished": Step({"approved"}, "unpublished"),
    "republished": Step({"unpublished"}, "approved"),
    "version_blocked": Step({"approved", "unpublished"}, "blocked"),
    "scan_blocked": Step({"approved", "unpublished"}, "blocked"),
    "reconsidered": Step({"declined"}, "in_review"),
    **{
        f"maximum_{name}": Step({"approved"}, "")
        for name in ("set", "removed", "suggested", "withdrawn", "declined")
    },
    "version_unblocked": Step({"blocked"}, "approved or unpublished"),
}
PRECEDENCE = (
    *("approved", "in_review", "changes_requested", "on_hold", "cooling_down"),
    *("blocked", "unpublished", "withdrawn", "declined"),
)
PEOPLE = st.sampled_from(["owner", "moderator", "second", "visitor"])
VERSIONS = st.sampled_from(NUMBERS)


#: Events that users cause: who, and how. Discarding is left out: it is in `act_as_owner`.
POSSIBLE: dict[str, tuple[str, Callable[[Version, Any], Any]]] = {
    "submitted": ("owner", lambda version, by: actions.submit(version=version, by=by)),
    "withdrawn": ("owner", lambda version, by: actions.withdraw(version=version, by=by)),
    "unpublished": ("owner", lambda version, by: actions.unpublish(version=version, by=by)),
    "republished": ("owner", lambda version, by: actions.republish(version=version, by=by)),
    "approved": (
        "moderator",
        lambda version, by: decisions.approve_version(
            version=version, packages=version.package_hashes, by=by
        ),
    ),
    "changes_requested": (
        "moderator",
        lambda version, by: decisions.request_changes(
            version=version, packages=version.package_hashes, by=by, reason="Because"
        ),
    ),
    "held": (
        "moderator",
        lambda version, by: decisions.hold_version(
            version=version,
            by=by,
            reason="Because",
            until=timezone.localdate() + timedelta(days=2),
        ),
    ),
    "released": (
        "moderator",
        lambda version, by: decisions.release_version(version=version, by=by),
    ),
    "published_early": (
        "moderator",
        lambda version, by: cool_down.publish_early(version=version, by=by, reason="Because"),
    ),
    "stopped": (
        "moderator",
        lambda version, by: cool_down.stop_publication(version=version, by=by, reason="Because"),
    ),
    "version_blocked": (
        "moderator",
        lambda version, by: decisions.block_version(version=version, by=by, reason="Because"),
    ),
    "version_unblocked": (
        "moderator",
        lambda version, by: decisions.unblock_version(version=version, by=by),
    ),
}


#: What the worker does from time to time.
WORK = (cool_down.publish_due, automatic.publish_due, cool_down.end_holds, expire_drafts)


class FakeContext:
    """The context of a task outside of a worker."""

    complete = staticmethod(transaction.atomic)


class LifeCycle(RuleBasedStateMachine):
    """One extension with up to three versions."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = timedelta(0)
        self.real_now = timezone.now
        timezone.now = self.now  # type: ignore[assignment]
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def now(self) -> datetime:
        return self.real_now() + self.offset

    def teardown(self) -> None:
        timezone.now = self.real_now  # type: ignore[assignment]
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(public=st.integers(0, 2), in_review=st.booleans())
    def start(self, public: int, in_review: bool) -> None:
        """Begin with public versions and one in review, so that few steps lead far."""
        self.users: dict[str, User | AnonymousUser] = {
            "owner": factories.make_user("ada"),
            "moderator": factories.make_moderator("mika"),
            "second": factories.make_moderator("imani"),
            "visitor": AnonymousUser(),
        }
        self.build = 0
        owner, moderator = self.users["owner"], self.users["moderator"]
        assert isinstance(owner, User)
        assert isinstance(moderator, User)
        for number in NUMBERS[:public]:
            version = factories.make_waiting(owner, version=number)
            packages = version.package_hashes
            decisions.approve_version(
                version=version, packages=packages, by=moderator, at_once="It is a test"
            )
        if in_review:
            factories.make_waiting(owner, version="2.0.0")

    def version(self, number: str) -> Version | None:
        return Version.objects.select_related("extension").filter(number=number).first()

    def extension(self) -> Extension | None:
        return Extension.objects.first()

    def attempt(self, action: Callable[[], Any], *, who: str, role: str) -> bool:
        """Perform an action; whether it succeeded. If not, nothing has changed.

        Only the owner, moderators, or the site can succeed, as ``role`` says.
        """
        before = self.everything()
        try:
            with transaction.atomic():
                action()
        except ExteryError:
            assert self.everything() == before
            return False
        allowed = {"owner": {"owner"}, "moderator": {"moderator", "second"}}[role]
        assert who in allowed
        return True

    def everything(self) -> list[Any]:
        return [
            sorted(Version.objects.values_list("number", "status", "public_at", "block_reason")),
            list(Extension.objects.values_list("status", "block_reason", "newest_version")),
            Event.objects.count(),
            list(BlockRequest.objects.order_by("pk").values_list("state")),
        ]

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

    def possible(self) -> list[tuple[str, str]]:
        """The numbers of versions with the events that their statuses allow."""
        extension = self.extension()
        if extension is None or extension.is_blocked:
            return []
        return [
            (version.number, name)
            for version in extension.versions.order_by("number")
            for name in POSSIBLE
            if version.status in STEPS_OF_VERSIONS[name].sources
        ]

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

    # What holds after every step

    @invariant()
    def the_status_of_a_version_follows_from_its_events(self) -> None:
        status: dict[str, str] = {}
        was_unpublished: set[str] = set()
        for kind, number in Event.objects.order_by("pk").values_list("kind", "version_number"):
            if kind not in STEPS_OF_VERSIONS:
                assert number == ""
                continue
            step = STEPS_OF_VERSIONS[kind]
            old = status.get(number, "")
            assert old in step.sources, f"{number}: {kind} of {old!r}"
            if kind == "unpublished":
                was_unpublished.add(number)
            if kind == "republished":
                was_unpublished.discard(number)
            new = step.target or old or "draft"
            if kind == "version_unblocked":
                new = "unpublished" if number in was_unpublished else "approved"
            status[number] = "" if new == "deleted" else new
        expected = {number: new for number, new in status.items() if new}
        assert dict(Version.objects.values_list("number", "status")) == expected

    @invariant()
    def fields_belong_to_their_status(self) -> None:
        for version in Version.objects.all():
            status = version.status
            assert (version.public_at is not None) == (status == "cooling_down")
            assert bool(version.block_reason) == (status == "blocked")
            assert version.held_until is None or status == "on_hold"
            assert (version.expires_at is not None) == (status in EXPIRING)
            assert not version.is_unreviewed or status in {
                *("cooling_down", "approved", "unpublished", "blocked"),
            }
            assert version.unpublished_at is None or status in {"unpublished", "blocked"}
            assert version.approved_at is not None or status not in {
                *("approved", "unpublished", "blocked"),
            }

    @invariant()
    def the_extension_has_the_status_of_its_versions(self) -> None:
        extension = self.extension()
        if extension is None:
            return
        statuses = set(extension.versions.values_list("status", flat=True))
        public = extension.versions.filter(status="approved").order_by("-sort_key").first()
        assert extension.newest_version == public
        assert bool(extension.block_reason) == extension.is_blocked
        if not extension.is_blocked:
            first = next((status for status in PRECEDENCE if status in statuses), "draft")
            assert extension.status == {"blocked": "versions_blocked"}.get(first, first)

    @invariant()
    def the_listing_equals_the_statuses(self) -> None:
        public = Version.objects.filter(status="approved").order_by("-sort_key")
        numbers = list(public.values_list("number", flat=True))
        document = Snapshot.of(read_changes()).render(System(), "https://example.org")
        listing = json.loads(b"".join(document.body))
        assert [entry["version"] for entry in listing["data"]] == numbers[:1]
        entries = ListingEntry.objects.order_by("-sort_key")
        assert list(entries.values_list("version__number", flat=True)) == numbers
        extension = self.extension()
        is_listed = extension is not None and extension.is_blocked and bool(numbers)
        if is_listed:
            assert [block["id"] for block in listing["blocklist"]] == ["gear_tool"]
        elif extension is None or not extension.is_blocked:
            assert listing["blocklist"] == []

    @invariant()
    def visitors_see_public_versions_only(self) -> None:
        extension = self.extension()
        if extension is not None:
            seen = visible_versions(extension, AnonymousUser())
            assert {version.status for version in seen} <= {"approved"}

    @invariant()
    def one_request_is_open_and_answers_have_a_name(self) -> None:
        assert BlockRequest.objects.open().count() <= 1
        for request in BlockRequest.objects.exclude(state="open"):
            assert request.decided_by is not None
            assert request.decided_at is not None


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

    assert {change.event.value for change in of_versions} | {"uploaded", "replaced"} == set(
        STEPS_OF_VERSIONS
    )
    for change in of_versions:
        assert set(change.sources) <= STEPS_OF_VERSIONS[change.event].sources


@pytest.fixture
def settings_of_site(settings: Any) -> Any:
    """The settings of Django; the name ``settings`` is Hypothesis' here."""
    return settings
