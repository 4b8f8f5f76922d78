"""Seeding: an empty site gets the demo in one transaction, any other site stays unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import Refused
from extery_demo import seed, seed_site
from extery_demo.pictures import draw_image
from extery_demo.player import ScenarioPlayer
from extery_site.accounts.models import User
from extery_site.catalog.images import uploaded_image
from extery_site.catalog.models import Extension
from tests.demo.conftest import FEW
from tests.demo.rows import all_rows
from tests.site import factories
from tests.site.stored import path_of

LISTING = "/api/v1/extensions/"


def test_a_site_with_extensions_stays_unchanged(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    before = all_rows()

    summary = seed_site()

    assert (summary.seeded, summary.sign_ins) == (False, ())
    assert all_rows() == before


def test_a_site_with_a_username_of_the_demo_stays_unchanged(db: None) -> None:
    factories.make_user("demo")
    before = all_rows()

    summary = seed_site()

    assert not summary.seeded
    assert summary.reason == "the username demo is already taken"
    assert summary.sign_ins == ()
    assert all_rows() == before


@pytest.mark.usefixtures("few_scenarios")
def test_a_failure_during_seeding_leaves_the_site_empty(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_dates = ScenarioPlayer.set_dates

    def fail_late(player: ScenarioPlayer, now: Any) -> None:
        if player.scenario.id == "lantern_kit":
            raise OSError("the disk is full")
        set_dates(player, now)

    monkeypatch.setattr(ScenarioPlayer, "set_dates", fail_late)
    before = all_rows()

    with pytest.raises(OSError, match="full"):
        seed_site()

    assert all_rows() == before
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


@pytest.mark.usefixtures("few_scenarios")
def test_force_seeds_a_site_with_a_public_address(db: None, settings: Any) -> None:
    settings.EXTERY_SITE_URL = "https://extensions.example.org"

    result = seed_site(force=True)

    assert result.seeded
    assert str(result).startswith(f"Created {Extension.objects.count()} extensions (")


@pytest.mark.usefixtures("few_scenarios")
def test_the_full_size_adds_extensions_for_load_tests(
    db: None, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(seed, "BULK_COUNT", 20)

    summary = seed_site(size="full")

    added = Extension.objects.filter(owner__email__endswith="@fake-data.example")
    assert added.count() == 20
    assert summary.extensions == Extension.objects.count() > 20


@pytest.mark.usefixtures("few_scenarios")
def test_the_images_are_stored_in_all_sizes(
    run_tasks: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_demo.seed.draw_image", draw_image)
    monkeypatch.setattr("extery_site.publish.actions.uploaded_image", uploaded_image)
    seed_site()
    run_tasks()

    shown = Extension.objects.filter(extension_id__in=FEW).select_related("image")
    assert len(shown) == len(FEW)
    for extension in shown:
        image = extension.image
        assert image is not None, extension
        assert (image.width, image.height) == (1920, 1080)
        assert image.alt_text
        sizes = [path_of(file).stat().st_size for file in (image.small, image.large)]
        assert sizes[0] < sizes[1] < 400_000
