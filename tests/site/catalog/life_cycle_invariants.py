"""What must hold after each action of the life cycle."""

from __future__ import annotations

import json

from django.contrib.auth.models import AnonymousUser
from hypothesis.stateful import invariant

from extery.core.compatibility import System
from extery_site.catalog.endpoints import visible_versions
from extery_site.catalog.models import EXPIRING, Event, Version
from extery_site.listings.changes import read_changes
from extery_site.listings.models import ListingEntry
from extery_site.listings.snapshot import Snapshot
from extery_site.moderation.models import BlockRequest
from tests.site.catalog.life_cycle_state import LifeCycleState
from tests.site.catalog.life_cycle_steps import STEPS_OF_VERSIONS

PRECEDENCE = (
    *("approved", "in_review", "changes_requested", "on_hold", "cooling_down"),
    *("blocked", "unpublished", "withdrawn", "declined"),
)


class LifeCycleInvariants(LifeCycleState):
    """What holds after every step."""

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
