"""A routine update is reviewed with keys only, and the confirmation is a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.models import SeenFile
from tests.browser import steps
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_routine_update_is_approved_with_four_keys(visitor: Callable[..., Page]) -> None:
    owner, other = factories.make_user("ada"), factories.make_moderator("mara")
    factories.make_approved(owner, other)
    factories.make_waiting(owner, version="1.1.0")
    User.objects.create_user("mod", password=steps.PASSWORD, is_moderator=True)
    page = visitor()
    steps.sign_in(page, "mod")
    page.goto("/queue/")

    page.keyboard.press("n")
    page.wait_for_url("**/queue/gear_tool/1.1.0/changes/")
    page.keyboard.press("v")
    page.get_by_role("button", name="Seen: blender_manifest.toml", pressed=True).wait_for()
    steps.expect(page.locator(".decide-foot [data-seen-count]")).to_have_text("1")

    # Look around: none of this decides, and keys in a field are text.
    page.keyboard.press("t")
    page.keyboard.type("a1")
    steps.expect(page.locator("#id_task")).to_have_value("a1")
    page.locator("#id_task").fill("")
    page.locator("#id_task").blur()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.wait_for()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Approve Gear Tool 1.1.0?")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert Version.objects.get(number="1.1.0").status == "in_review"

    page.keyboard.press("a")
    page.get_by_role("button", name="Approve 1.1.0").and_(page.locator(":focus")).wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Approved. The version is public now.").wait_for()
    assert Event.objects.filter(kind="approved", version__number="1.1.0").count() == 1
    assert SeenFile.objects.count() == 1
