"""Seeding: an empty site gets the whole demo in one transaction, any other site stays unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from extery.core.errors import Refused
from extery_demo import seed, seed_site
from extery_demo.pictures import draw_image
from extery_demo.player import ScenarioPlayer
from extery_demo.seed import SeedResult
from extery_demo.users import PASSWORD
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.images import uploaded_image
from extery_site.catalog.models import Event, Extension, Image, Package, Version
from extery_site.listings.models import Revision
from extery_site.moderation import queues
from extery_site.ratings.models import Rating
from extery_site.reports.models import Case, Report
from tests.demo.conftest import RowOnly
from tests.site import factories
from tests.site.stored import path_of

LISTING = "/api/v1/extensions/"
#: Add-ons and a theme whose images are the largest as WebP, of which the first is the largest as PNG.
LARGEST_IMAGES = ("lantern_kit", "texel_compass", "beacon")


def everything() -> list[Any]:
    """Return all rows of the tables that seeding changes."""
    tables = (User, Extension, Version, Package, Image, Event, Report, Revision)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_an_empty_site_gets_add_ons_and_themes_of_several_authors(seeded: SeedResult) -> None:
    kinds = dict(Extension.objects.values_list("type").annotate(Count("pk")))

    assert seeded.seeded
    assert seeded.extensions == Extension.objects.count() >= 24
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
        "scripts",
    }


@pytest.mark.usefixtures("seeded")
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


@pytest.mark.usefixtures("seeded")
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


@pytest.mark.usefixtures("seeded")
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
    addresses += [
        f"/queue/{extension.extension_id}/{version.number}/"
        for extension in queues.ever_submitted()
        for version in queues.submitted_versions(extension)
    ]
    addresses += [f"/people/{user.username}/" for user in User.objects.all()]
    client.force_login(User.objects.get(username="moderator"))
    for address in addresses:
        assert client.get(address).status_code == 200, address

    names = client.get("/extensions/", {"sort": "name"}).content.decode()
    assert "Beat Marker" in names


@pytest.mark.usefixtures("seeded")
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
                assert event.kind == Event.Kind.RATING_HIDDEN
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


@pytest.mark.usefixtures("seeded")
def test_downloads_add_up() -> None:
    for extension in Extension.objects.all():
        packages = Package.objects.filter(version__extension=extension)
        counted = sum(packages.values_list("download_count", flat=True))
        assert counted == extension.download_count
    assert Extension.objects.filter(status="approved", download_count=0).count() == 0


def test_only_the_three_accounts_with_a_role_can_sign_in(seeded: SeedResult) -> None:
    assert [name for name, _, _ in seeded.sign_ins] == ["demo", "moderator", "visitor"]
    for user in User.objects.all():
        is_open = Client().login(username=user.username, password=PASSWORD)
        assert is_open == (user.username in {"demo", "moderator", "visitor"})
    answer = Client().post("/account/login/", {"login": "demo", "password": PASSWORD})
    assert answer.headers["Location"] == "/mine/"


def test_seeding_again_changes_nothing(seeded: SeedResult) -> None:
    before = everything()

    again = seed_site()

    assert not again.seeded
    assert "already has" in str(again)
    assert again.sign_ins == seeded.sign_ins
    assert everything() == before


def test_a_site_with_extensions_stays_unchanged(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    before = everything()

    summary = seed_site()

    assert (summary.seeded, summary.sign_ins) == (False, ())
    assert everything() == before


def test_a_site_with_a_username_of_the_demo_stays_unchanged(db: None) -> None:
    factories.make_user("demo")
    before = everything()

    summary = seed_site()

    assert not summary.seeded
    assert summary.reason == "the username demo is already taken"
    assert summary.sign_ins == ()
    assert everything() == before


@pytest.mark.usefixtures("fake_images")
def test_a_failure_during_seeding_leaves_the_site_empty(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_dates = ScenarioPlayer.set_dates

    def fail_late(player: ScenarioPlayer, now: Any) -> None:
        if player.scenario.id == "lantern_kit":
            raise OSError("the disk is full")
        set_dates(player, now)

    monkeypatch.setattr(ScenarioPlayer, "set_dates", fail_late)
    before = everything()

    with pytest.raises(OSError, match="full"):
        seed_site()

    assert everything() == before
    monkeypatch.setattr(ScenarioPlayer, "set_dates", set_dates)
    assert seed_site().seeded


@pytest.mark.parametrize("address", ["https://extensions.example.org", "http://192.0.2.7:8000"])
def test_a_site_with_a_public_address_is_refused(db: None, settings: Any, address: str) -> None:
    settings.EXTERY_SITE_URL = address

    with pytest.raises(Refused) as caught:
        seed_site()

    assert caught.value.problems[0].code == "setting.demo-public"
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000", "http://127.0.0.2", "http://[::1]:8000", "http://demo.localhost"],
)
def test_a_site_on_this_machine_is_not_refused(
    owner: User, moderator: User, settings: Any, address: str
) -> None:
    factories.make_approved(owner, moderator)  # so that there is nothing to do
    settings.EXTERY_SITE_URL = address

    assert "already" in seed_site().reason


@pytest.mark.usefixtures("fake_images")
def test_force_seeds_a_site_with_a_public_address(db: None, settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"

    result = seed_site(force=True)

    assert result.seeded
    assert str(result).startswith(f"Created {Extension.objects.count()} extensions (")


@pytest.mark.usefixtures("fake_images")
def test_the_full_size_adds_extensions_for_load_tests(
    db: None, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(seed, "BULK_COUNT", 20)

    summary = seed_site(size="full")

    added = Extension.objects.filter(tagline__contains="load tests")
    assert added.count() == 20
    assert added.public().count() == 20
    assert {extension.type for extension in added} == {"add-on", "theme"}
    assert summary.extensions == Extension.objects.count()
    # Extensions of one colour share an image file.
    names = set(added.values_list("image__file", flat=True))
    assert 1 <= len(names) <= 6
    listing = client.get(LISTING, {"blender_version": "5.0.0"}).json()
    versions = {entry["id"]: entry["version"] for entry in listing["data"]}
    assert versions["amber_lattice"] == "2.0.0"


def test_the_images_are_stored_in_all_sizes(
    run_tasks: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "extery_demo.seed.draw_image",
        lambda scenario: (
            draw_image(scenario) if scenario.id in LARGEST_IMAGES else scenario.alt_text and b"none"
        ),
    )
    monkeypatch.setattr(
        "extery_site.publish.actions.uploaded_image",
        lambda file: RowOnly(file) if file.read(4) == b"none" else uploaded_image(file),
    )
    seed_site()
    run_tasks()

    shown = Extension.objects.filter(extension_id__in=LARGEST_IMAGES).select_related("image")
    assert len(shown) == len(LARGEST_IMAGES)
    for extension in shown:
        image = extension.image
        assert image is not None, extension
        assert (image.width, image.height) == (1920, 1080)
        assert image.alt_text
        sizes = [path_of(file).stat().st_size for file in (image.small, image.large)]
        assert sizes[0] < sizes[1] < 400_000
