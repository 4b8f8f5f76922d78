"""From sign-up to a public extension in a real browser, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from extery_site.accounts.models import User
from tests.browser import steps
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visitor = Callable[..., "Page"]


def make_moderator() -> User:
    moderator = factories.make_moderator("mara")
    moderator.set_password(steps.PASSWORD)
    moderator.save()
    return moderator


def complete_draft(page: Page) -> None:
    page.get_by_label("Description (needed to submit)").fill("Makes **gears** that mesh.")
    page.get_by_label("Image (needed to submit)").set_input_files(steps.image())
    page.get_by_label("Image description (alt text)").fill("Two gears in the viewport")
    steps.main_button(page, "Save").click()
    page.get_by_text("Nothing is missing.").wait_for()


def decide(page: Page, button: str, reason: str) -> None:
    page.goto("/queue/")
    page.get_by_role("link", name="Gear Tool").click()
    page.get_by_label("Message").fill(reason)
    steps.main_button(page, button).click()
    if button.startswith("Approve"):
        page.get_by_role("heading", name="Approve Gear Tool 1.0.0?").wait_for()
        steps.confirm(page, button)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_extension_is_uploaded_reviewed_and_downloaded(visitor: Visitor, scripts: bool) -> None:
    make_moderator()
    author = visitor(java_script_enabled=scripts)
    moderator = visitor(java_script_enabled=scripts)

    steps.sign_up(author, "grace")
    steps.upload(author, steps.broken_zip())
    author.get_by_role("heading", name="problems to fix").wait_for()
    steps.expect(author.get_by_text("blender_manifest.toml:2:6")).to_have_count(1)
    steps.expect(author.get_by_text("manifest.version.bad-version")).to_have_count(1)

    steps.upload(author, steps.good_zip())
    steps.open_draft(author)
    complete_draft(author)
    steps.send(author)
    author.get_by_text("submitted version 1.0.0 for review").wait_for()

    steps.sign_in(moderator, "mara")
    decide(moderator, "Request changes", "Please say which gears.")
    moderator.get_by_text("Changes requested.").wait_for()

    author.goto("/mine/")
    author.get_by_text("Awaiting changes").first.wait_for()
    author.get_by_role("link", name="Version 1.0.0").click()
    author.get_by_role("link", name="Next: Findings").click()
    author.get_by_role("link", name="Next: Page").click()
    author.get_by_label("Description (needed to submit)").fill("Makes **spur gears** that mesh.")
    steps.main_button(author, "Next: Check").click()
    steps.send(author)
    author.get_by_text("Please say which gears.").wait_for()

    decide(moderator, "Approve 1.0.0", "")
    moderator.get_by_text("Approved. The version is public now.").wait_for()

    anybody = visitor(java_script_enabled=scripts)
    anybody.goto("/")
    anybody.get_by_role("link", name="Gear Tool").first.click()
    steps.expect(anybody.get_by_role("heading", level=1)).to_have_text("Gear Tool")
    steps.expect(anybody.locator(".prose strong").first).to_have_text("spur gears")
    picture = anybody.get_by_alt_text("Two gears in the viewport")
    steps.expect(picture).to_have_attribute("width", "1920")
    steps.expect(picture).to_have_js_property("complete", True)
    # Of the source that the browser has chosen, divided by its density.
    assert picture.evaluate("image => image.naturalWidth") > 0
    check_download(anybody)


def check_download(page: Page) -> None:
    """Check that the download button has a valid drag link and serves the package."""
    page.locator("summary.get-button").click()  # with and without scripts, it saves nothing
    address = str(page.get_by_role("link", name="this link").get_attribute("href"))
    parts = urlsplit(address)
    assert parts.path.endswith("/add-on-gear_tool-v1.0.0.zip")
    assert parse_qs(parts.query)["repository"] == ["/api/v1/extensions/"]
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.body()[:4] == b"PK\x03\x04"


def test_a_downloaded_file_has_the_name_of_the_extension(visitor: Visitor) -> None:
    factories.make_approved(factories.make_user("ada"), make_moderator())
    page = visitor()
    page.goto("/extensions/gear_tool/")
    with page.expect_download() as caught:
        page.locator("summary.get-button").click()
        page.get_by_role("link", name="add-on-gear_tool-v1.0.0.zip").click()
    assert caught.value.suggested_filename == "add-on-gear_tool-v1.0.0.zip"


def test_a_report_reaches_a_moderator_and_is_closed(visitor: Visitor) -> None:
    owner = factories.make_user("ada")
    factories.make_approved(owner, make_moderator())
    reader = visitor()
    steps.sign_up(reader, "grace")
    reader.goto("/extensions/gear_tool/")
    reader.get_by_role("link", name="Report this extension").click()
    steps.main_button(reader, "Send report").click()
    assert reader.url.endswith("/report/extension/gear_tool/"), (
        "the browser itself asks for what is missing"
    )
    reader.get_by_label("Does not work").check()
    reader.get_by_label("Description").fill("Crashes at start.")
    steps.main_button(reader, "Send report").click()
    reader.get_by_text("Report sent.").wait_for()

    moderator = visitor()
    steps.sign_in(moderator, "mara")
    moderator.get_by_text("Account of mara").locator("..").click()
    moderator.get_by_role("link", name="Reports", exact=True).click()
    moderator.get_by_role("button", name="Claim Gear Tool").click()
    moderator.get_by_role("link", name="Gear Tool").click()
    moderator.get_by_label("Resolve: the reports are justified").check()
    moderator.get_by_label("What you found").fill("Repaired in 1.0.1.")
    steps.main_button(moderator, "Decide").click()
    moderator.get_by_text("Reports resolved.").wait_for()

    reader.get_by_text("Account of grace").locator("..").click()
    reader.get_by_role("link", name="My reports and appeals").click()
    reader.get_by_text("Repaired in 1.0.1.").first.wait_for()
