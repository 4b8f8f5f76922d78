"""The site that results from seeding: extensions in every state, with dates, ratings and feeds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db.models import Count, Max
from django.test import Client
from django.utils import timezone

from extery_demo import seed_site
from extery_demo.seed import SeedResult
from extery_demo.sets import SETS
from extery_demo.users import PASSWORD
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import queues, second_approval
from extery_site.moderation.changes import approved_before
from extery_site.moderation.models import Dispute, Task
from extery_site.moderation.seen_files import count_seen
from extery_site.notify.models import FeedEntry, MailJob, Notification
from extery_site.ratings.models import Rating
from extery_site.reports.models import Case, Report
from extery_site.sets.models import ExtensionSet
from tests.demo.conftest import fake_images_with
from tests.demo.rows import all_rows
from tests.site import factories
from tests.site.shared_database import SharedContent

LISTING = "/api/v1/extensions/"


@dataclass(frozen=True)
class Seeded:
    """The result of seeding, and when it started."""

    result: SeedResult
    started: datetime


@pytest.fixture(scope="module", autouse=True)
def seeded(shared_content: SharedContent) -> Seeded:
    """A site seeded with the demo, which does not depend on the policy of the site."""
    started = timezone.now()
    with (
        shared_content.create(
            EXTERY_SITE_URL="http://localhost:8000",
            EXTERY_LATER_VERSIONS="by-risk",
            EXTERY_APPROVE_ALONE_RISK=None,  # every version needs two moderators
        ),
        pytest.MonkeyPatch.context() as patch,
    ):
        fake_images_with(patch)
        return Seeded(seed_site(), started)


def test_every_extension_of_the_sets_is_listed(client: Client) -> None:
    made = {set_.title: set_ for set_ in ExtensionSet.objects.listed()}
    assert set(made) == {one.title for one in SETS}
    for one in SETS:
        set_ = made[one.title]
        assert set_.follower_count == len(one.followers)
        ids = set_.entries.seen().in_order().values_list("extension__extension_id", flat=True)
        assert list(ids) == list(one.extensions)
        listing = client.get(set_.get_listing_url(), {"blender_version": "5.3.0"}).json()
        assert {entry["id"] for entry in listing["data"]} == set(one.extensions)


def test_an_empty_site_gets_add_ons_and_themes_of_several_authors(seeded: Seeded) -> None:
    kinds = dict(Extension.objects.values_list("type").annotate(Count("pk")))

    assert seeded.result.seeded
    assert seeded.result.extensions == Extension.objects.count() >= 24
    assert kinds["add-on"] >= 17
    assert kinds["theme"] >= 7
    assert kinds["asset-library"] == 3
    assert Extension.objects.public().count() >= 20
    assert 8 <= User.objects.count() <= 16
    assert User.objects.filter(is_moderator=True).count() == 2
    assert Extension.objects.values("owner").distinct().count() >= 6
    several = Extension.objects.annotate(count=Count("versions")).filter(count__gt=1)
    assert several.count() >= 15
    folder_door = Extension.objects.get(extension_id="folder_door").newest_version
    assert folder_door is not None
    assert folder_door.platforms == ["linux-x64", "macos-arm64", "macos-x64", "windows-arm64", "windows-x64"]  # fmt: skip
    assert [p.python_versions for p in folder_door.packages.all()] == [["3"]] * 5
    asking = Version.objects.approved().exclude(permissions={})
    assert {key for version in asking for key in version.permissions} == {
        "files",
        "clipboard",
        "network",
        "scripts",
    }


def test_extensions_versions_and_reports_are_in_every_state() -> None:
    # Single versions of the demo have these statuses, beside public ones; what is deleted would be erased.
    of_versions = {"on_hold", "cooling_down", "versions_blocked", "unpublished"}
    shown = set(Extension.objects.values_list("status", flat=True))
    assert set(Extension.Status.values) - shown <= of_versions | {"deleted"}
    assert set(Version.objects.values_list("status", flat=True)) == set(Version.Status.values)
    statuses = set(Case.objects.values_list("status", flat=True))
    assert statuses == {"open", "resolved", "dismissed"}
    waiting = Version.objects.in_review().select_related("extension")
    assert {version.extension.type for version in waiting} == {"add-on", "theme", "asset-library"}
    assert {version.extension.status for version in waiting} == {"in_review", "approved"}
    returned = Version.objects.get(status="changes_requested", extension__owner__username="demo")
    assert returned.extension.owner.username == "demo"
    assert (
        queues.thread(returned.extension, returned.extension.owner).filter(kind="comment").count()
        == 4
    )
    blocked = Extension.objects.get(status="blocked")
    assert "fake user" in blocked.block_reason
    drafts = Version.objects.filter(status="draft", extension__owner__username="demo")
    assert {version.extension.status for version in drafts} == {"draft", "approved"}


def test_reviews_are_in_every_state() -> None:
    moderator = User.objects.get(username="moderator")
    planned = Version.objects.get(status="cooling_down", is_unreviewed=True)
    assert planned.public_at is not None
    assert planned.public_at > timezone.now() + timedelta(days=1)
    assert planned.queue_entry.risk <= 9
    first = Version.objects.get(queue_entry__first_approval__isnull=False)
    assert second_approval.first_approval(first)
    assert first.extension.download_count > 10_000  # the default of EXTERY_APPROVE_ALONE
    undone = Version.objects.get(events__kind=Event.Kind.UNDONE)
    assert undone.status == "in_review"
    disputes = set(Dispute.objects.values_list("state", flat=True))
    assert disputes >= {Dispute.State.OPEN, Dispute.State.KEPT, Dispute.State.ACCEPTED}
    tried = Event.objects.filter(kind=Event.Kind.TRIED).values_list("text", flat=True)
    assert any("It fails" in text for text in tried)
    claimed = Version.objects.with_packages().get(
        claims__by=moderator, claims__ended_at=None, status="in_review"
    )
    assert count_seen(claimed, approved_before(claimed), moderator) == (2, 3)
    done = {task.is_done for task in Task.objects.filter(asked_at__isnull=False)}
    assert done == {True, False}


def test_blender_gets_the_newest_compatible_version_and_its_bytes(client: Client) -> None:
    versions_for = {}
    for blender in ("4.2.0", "4.5.0", "5.0.0", "5.2.0", "5.3.0"):
        query = {"blender_version": blender, "platform": "linux-x64"}
        listing = client.get(LISTING, query).json()
        versions_for[blender] = {entry["id"]: entry["version"] for entry in listing["data"]}
        assert [entry["id"] for entry in listing["blocklist"]] == ["scene_sweeper"]
        assert len(versions_for[blender]) == len(listing["data"]) >= 21
    assert (versions_for["4.2.0"]["pose_echo"], versions_for["5.0.0"]["pose_echo"]) == (
        "1.1.0",
        "2.0.0",
    )
    assert {blender: versions["chalk_yard"] for blender, versions in versions_for.items()} == {
        "4.2.0": "1.0.0",
        "4.5.0": "1.0.0",
        "5.0.0": "2.0.1",
        "5.2.0": "2.0.1",
        "5.3.0": "2.1.0",
    }
    assert "comic_gutters" not in versions_for["4.2.0"]
    public = set(Extension.objects.public().values_list("extension_id", flat=True))
    seen = versions_for["4.2.0"].keys() | versions_for["5.3.0"].keys()
    assert seen == public | {"scene_sweeper"}
    libraries = {"brick_and_bark", "field_kit"}
    assert versions_for["5.3.0"].keys() - versions_for["5.0.0"].keys() == libraries
    assert versions_for["5.0.0"].keys() & libraries == set()

    entry = next(entry for entry in listing["data"] if entry["id"] == "stair_smith")
    answer = client.get(entry["archive_url"])
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == entry["archive_hash"]


@pytest.mark.one_database
def test_every_page_of_the_demo_opens(client: Client) -> None:
    addresses = [
        "/",
        "/extensions/",
        "/add-ons/",
        "/themes/",
        "/asset-libraries/",
        "/queue/",
        "/reports/",
    ]
    addresses += [e.get_absolute_url() for e in Extension.objects.visible_to(factories.make_user())]
    # The review of one version of each type and status.
    addresses += {
        (extension.type, version.status): f"/queue/{extension.extension_id}/{version.number}/"
        for extension in queues.ever_submitted()
        for version in queues.submitted_versions(extension)
    }.values()
    addresses += [f"/people/{user.username}/" for user in User.objects.all()]
    client.force_login(User.objects.get(username="moderator"))
    for address in addresses:
        assert client.get(address).status_code == 200, address

    names = client.get("/extensions/", {"sort": "name"}).content.decode()
    assert "Beat Marker" in names


def test_all_times_are_in_order_and_within_the_last_year() -> None:
    now = timezone.now()
    for version in Version.objects.select_related("extension"):
        times = [version.created_at, version.submitted_at, version.approved_at, now]
        known = [time for time in times if time is not None]
        assert known == sorted(known), version
        assert (now - version.created_at).days < 366
        assert version.extension.created_at <= version.created_at
    for extension in Extension.objects.all():
        events = list(queues.thread(extension, extension.owner))
        assert [event.pk for event in events] == sorted(event.pk for event in events), extension
        assert events[0].kind == Event.Kind.UPLOADED
        assert events[-1].created_at == extension.updated_at
        for event in events:
            if event.by is None:  # the site itself
                assert event.kind in (Event.Kind.RATING_HIDDEN, Event.Kind.AUTO_SCHEDULED)
            else:
                assert event.by.date_joined < event.created_at
        if extension.newest_version is not None:
            assert extension.published_at == extension.newest_version.approved_at
    for rating in Rating.objects.select_related("user", "version", "reply"):
        assert rating.user is not None
        assert rating.version is not None
        assert rating.version.approved_at is not None
        assert max(rating.version.approved_at, rating.user.date_joined) < rating.created_at < now
        if hasattr(rating, "reply"):
            assert rating.created_at < rating.reply.created_at < now
    for report in Report.objects.select_related("case"):
        case = report.case
        assert (case.decided_at is None) == case.is_open
        assert case.decided_at is None or case.decided_at > report.created_at
        assert case.created_at <= report.created_at
    recorded = dict(AuditEntry.objects.values_list("source", "created_at"))
    for event in Event.objects.all():
        assert recorded[f"event {event.pk}"] == event.created_at


def test_downloads_add_up() -> None:
    for extension in Extension.objects.all():
        packages = Package.objects.filter(version__extension=extension)
        counted = sum(packages.values_list("download_count", flat=True))
        assert counted == extension.download_count
    assert Extension.objects.filter(status="approved", download_count=0).count() == 0


def test_only_the_three_accounts_with_a_role_can_sign_in(seeded: Seeded) -> None:
    assert [name for name, _, _ in seeded.result.sign_ins] == ["demo", "moderator", "visitor"]
    for user in User.objects.all():
        is_open = Client().login(username=user.username, password=PASSWORD)
        assert is_open == (user.username in {"demo", "moderator", "visitor"})
    answer = Client().post("/account/login/", {"login": "demo", "password": PASSWORD})
    assert answer.headers["Location"] == "/mine/"


def test_seeding_again_changes_nothing(seeded: Seeded) -> None:
    before = all_rows()

    again = seed_site()

    assert not again.seeded
    assert "already has" in str(again)
    assert again.sign_ins == seeded.result.sign_ins
    assert all_rows() == before


def test_feeds_have_dates_unread_rows_and_no_e_mails(seeded: Seeded) -> None:
    times = set(Event.objects.values_list("created_at", flat=True))
    dated = Notification.objects.filter(created_at__in=times)
    assert dated.count() > Notification.objects.count() / 2
    # The others are about ratings, offers and reports, which are no events.
    assert not Notification.objects.filter(created_at__gte=seeded.started).exists()
    entries = FeedEntry.objects.annotate(newest=Max("notifications__created_at"))
    assert all(entry.last_at == entry.newest for entry in entries)
    assert not MailJob.objects.exists()
    week_ago = timezone.now() - timedelta(days=7)
    for username in ("demo", "moderator", "visitor"):
        feed = FeedEntry.objects.of_user(User.objects.get(username=username))
        assert feed.filter(last_at__lt=week_ago, is_unread=False).exists(), username
        assert not feed.unread().filter(last_at__lt=week_ago).exists()
    assert FeedEntry.objects.of_user(User.objects.get(username="demo")).asked().exists()
    assert FeedEntry.objects.of_user(User.objects.get(username="moderator")).unread().exists()
    followed = FeedEntry.objects.of_user(User.objects.get(username="visitor"))
    assert followed.filter(group="followed").count() >= 2
