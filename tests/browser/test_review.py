"""A review with tasks: a moderator asks on a line, the author does it, and the version is back in the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from extery_site.moderation.comments import comment
from tests.browser import steps
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visitor = Callable[..., "Page"]


def test_a_task_on_a_line_is_done_by_the_author_without_scripts(visitor: Visitor) -> None:
    ada, mara = factories.make_user("ada"), factories.make_moderator("mara")
    for user in (ada, mara):
        user.set_password(steps.PASSWORD)
        user.save()
    factories.make_waiting(ada, files={"gears.py": "teeth = 12\n"})
    moderator = visitor(java_script_enabled=False, viewport={"width": 390, "height": 844})
    author = visitor(java_script_enabled=False)
    steps.sign_in(moderator, "mara")
    moderator.goto("/queue/gear_tool/1.0.0/")
    moderator.get_by_role("link", name="Changes").click()
    moderator.locator("#file-3").get_by_label("Write about line 1").click()
    moderator.get_by_label("About line 1 of gears.py").fill("Take fifteen teeth")
    steps.main_button(moderator, "Add as a task").click()
    moderator.get_by_text("Task: Take fifteen teeth").wait_for()
    steps.main_button(moderator, "Ask for 1 change").click()
    moderator.get_by_text("requested changes to version 1.0.0").wait_for()

    steps.sign_in(author, "ada")
    author.goto("/queue/gear_tool/1.0.0/")
    author.get_by_text("I have done this…").click()
    author.get_by_label("What you have changed, in one line").fill("Fifteen now")
    steps.main_button(author, "Mark as done").click()
    author.get_by_text("1.0.0 is in the queue again.").wait_for()

    moderator.goto("/queue/gear_tool/1.0.0/decide/?step=approve")
    steps.expect(moderator.locator(".confirm")).to_contain_text("The task is done.")
    steps.main_button(moderator, "Approve 1.0.0").click()
    moderator.get_by_text("approved version 1.0.0").wait_for()


def test_on_a_phone_the_decision_opens_over_the_page_and_closes_where_one_was(
    visitor: Visitor,
) -> None:
    owner = factories.make_user("ada")
    version = factories.make_waiting(owner)
    for number in range(12):
        comment(extension=version.extension, version=version, by=owner, text=f"Part {number}")
    mod = factories.make_moderator("mod")
    mod.set_password(steps.PASSWORD)
    mod.save()
    page = visitor(viewport={"width": 390, "height": 700}, java_script_enabled=False)
    steps.sign_in(page, "mod")
    page.goto("/queue/gear_tool/1.0.0/")
    page.get_by_text("Part 3").first.scroll_into_view_if_needed()
    heading = page.get_by_text("Part 3").first
    place = heading.bounding_box()
    page.get_by_role("link", name="Decide").click()
    sheet = page.locator("#decide-here")
    box = sheet.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 700
    assert box["height"] <= 630
    steps.expect(page.get_by_role("button", name="Approve 1.0.0")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    page.get_by_role("link", name="Close").wait_for(state="hidden")
    assert heading.bounding_box() == place
