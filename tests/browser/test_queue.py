"""The review queue with keys: move, claim, choose, take the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from extery_site.accounts.models import User
from extery_site.moderation.models import Claim
from tests.browser import steps
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_moderator_works_in_the_queue_with_keys(visitor: Callable[..., Page]) -> None:
    owner = factories.make_user("ada")
    for number in (1, 2):
        factories.make_waiting(owner, id=f"tool_{number}", name=f"Tool {number}")
    moderator = User.objects.create_user("mod", password=steps.PASSWORD, is_moderator=True)
    page = visitor()
    steps.sign_in(page, "mod")
    page.goto("/queue/?sort=name")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    steps.expect(page.locator("[data-current] .entry-title")).to_have_text("Tool 2 1.0.0")
    page.keyboard.press("x")
    steps.expect(page.get_by_label("Choose Tool 2 1.0.0")).to_be_checked()
    steps.expect(page.locator("[data-count]")).to_have_text("1 chosen")
    page.keyboard.press("c")
    page.get_by_role("button", name="Release Tool 2 1.0.0").wait_for()
    assert Claim.objects.current().get().version.extension.name == "Tool 2"
    # The row that was claimed is the current one again.
    page.keyboard.press("c")
    page.get_by_role("button", name="Claim Tool 2 1.0.0").wait_for()
    assert not Claim.objects.current().exists()

    page.keyboard.press("/")
    page.keyboard.type("jn?")
    steps.expect(page.locator("#queue-q")).to_have_value("jn?")
    page.locator("#queue-q").blur()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.wait_for()
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    page.keyboard.press("n")
    assert not Claim.objects.current().exists()
    page.keyboard.press("?")
    page.get_by_label("Use these keys in this browser").check()
    page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    page.keyboard.press("n")
    page.wait_for_url("**/queue/tool_*/1.0.0/")
    assert Claim.objects.current().get().by == moderator

    # A list that cannot be loaded leaves the one that is shown.
    page.goto("/queue/?sort=name")
    page.route("**/queue/?**", lambda route: route.fulfill(status=404))
    page.locator("#queue-q").fill("Tool 2")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("The list could not be loaded.").wait_for()
    steps.expect(page.locator("[data-row]")).to_have_count(2)
    page.unroute("**/queue/?**")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**q=Tool+2**")
    steps.expect(page.locator("[data-row]")).to_have_count(1)
