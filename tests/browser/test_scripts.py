"""The scripts of the pages: what they add, and that pages work without them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser import steps
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visitor = Callable[..., "Page"]

BACKGROUND = "getComputedStyle(document.documentElement).backgroundColor"


def choose(page: Page, theme: str) -> None:
    page.get_by_text("Appearance").first.locator("..").click()
    page.get_by_role("button", name=theme).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_chosen_colour_theme_is_in_the_html_of_the_next_page(
    visitor: Visitor, scripts: bool
) -> None:
    page = visitor(java_script_enabled=scripts, color_scheme="light")
    page.goto("/themes/")
    light = page.evaluate(BACKGROUND) if scripts else ""
    choose(page, "Dark")
    page.locator('html[data-theme="dark"]').wait_for(state="attached")
    page.goto("/about/use-in-blender/")
    # In the response itself, so that no page flashes in the other colours.
    steps.expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.request.get("/").text().count('data-theme="dark"') == 1
    if scripts:
        assert page.evaluate(BACKGROUND) != light
        choose(page, "System")
        page.wait_for_function(f"light => {BACKGROUND} === light", arg=light)


def test_the_colour_theme_follows_the_system(visitor: Visitor) -> None:
    light, dark = visitor(color_scheme="light"), visitor(color_scheme="dark")
    colours = []
    for page in (light, dark):
        page.goto("/")
        colours.append(page.evaluate(BACKGROUND))
    assert colours[0] != colours[1]


def test_a_button_copies_the_repository_url(visitor: Visitor, site: str) -> None:
    page = visitor(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    button = page.get_by_role("button", name="Copy")
    button.click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site}/api/v1/extensions/"


def test_buttons_that_need_scripts_are_hidden_without_them(visitor: Visitor) -> None:
    page = visitor(java_script_enabled=False)
    page.goto("/")
    steps.expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    steps.expect(page.locator("#listing-url")).to_be_visible()


def drop(page: Page, size: int) -> None:
    """Drop a file onto the drop zone."""
    page.evaluate(
        """size => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(size)], "gears.zip"));
            const zone = document.querySelector("[data-drop]");
            for (const type of ["dragover", "drop"])
                zone.dispatchEvent(new DragEvent(type, {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        size,
    )


def test_the_name_of_a_dropped_file_is_shown_before_the_upload(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    page.goto("/publish/")
    drop(page, 2_500_000)
    page.get_by_text("gears.zip, 2.5 MB").wait_for()
    steps.expect(page.locator("#id_file")).to_have_value(re.compile("gears.zip$"))


def test_a_file_over_the_limit_is_refused_in_the_browser(
    visitor: Visitor, settings: object
) -> None:
    settings.EXTERY_MAX_UPLOAD = 1_000_000  # type: ignore[attr-defined]
    page = visitor()
    steps.sign_up(page, "grace")
    page.goto("/publish/")
    drop(page, 2_000_000)
    page.get_by_text("the limit is 1.0 MB").wait_for()
    steps.main_button(page, "Check and upload").click()
    assert not page.locator("#id_file").evaluate("input => input.checkValidity()")
    assert page.url.endswith("/publish/")


def test_an_upload_is_stopped_and_sent_again(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    page.route(
        "**/publish/", lambda route: route.continue_() if route.request.method == "GET" else None
    )
    steps.upload(page, steps.good_zip())
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped. Nothing was uploaded.").wait_for()
    page.unroute("**/publish/")
    steps.main_button(page, "Check and upload").click()
    # The next page has the message about it.
    page.get_by_text("gear_tool-1.0.0.zip uploaded.").wait_for()
    steps.expect(page).to_have_url(re.compile("/publish/gear_tool/"))


def test_an_upload_goes_on_after_a_lost_connection_and_texts_are_not_lost(
    visitor: Visitor,
) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    steps.upload(page, steps.good_zip(platforms=["linux-x64"]))
    offsets: list[str] = []

    def lose_the_second(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(route.request.headers["upload-offset"])
            if len(offsets) == 2:
                return route.abort("connectionfailed")
        return route.continue_()

    page.route("**/api/v1/uploads/*", lose_the_second)
    large = {"data.bin": os.urandom(5_000_000)}
    page.get_by_label("Drop packages here").set_input_files(
        [steps.good_zip(platforms=["macos-arm64"], files=large), steps.broken_zip()]
    )
    page.get_by_text("All of them state the same").wait_for()
    assert offsets[:3] == ["0", "4000000", "4000000"]
    page.get_by_text("One file is not ready").wait_for()
    page.get_by_role("button", name="Remove gear_tool-1.0.0.zip").last.click()
    page.get_by_text("All files are ready").wait_for()

    page.get_by_role("link", name="Next: Findings").click()
    page.get_by_role("link", name="Next: Page").click()
    text = page.get_by_label("Description (needed to submit)")
    text.fill("Makes **gears**")
    page.get_by_text("Saved just now.").wait_for()
    page.get_by_text("The image is missing").first.wait_for()
    steps.expect(page.locator("[data-html=description] strong")).to_have_text("gears")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Description (needed to submit)").fill("From another tab")
    other.get_by_text("Saved just now.").wait_for()
    page.context.set_offline(True)
    text.fill("Makes more gears")
    page.get_by_text("the connection is gone").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Keep mine").click()
    page.get_by_text("Saved just now.").wait_for()
    other.reload()
    steps.expect(other.get_by_label("Description (needed to submit)")).to_have_value(
        "Makes more gears"
    )


def test_a_chosen_image_is_previewed_before_it_is_saved(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    steps.upload(page, steps.good_zip())
    steps.open_draft(page)
    page.get_by_label("Image (needed to submit)").set_input_files(steps.image())
    page.get_by_text("gears.png, 1920 × 1080 pixels").wait_for()
    source = str(page.locator("#image-preview").get_attribute("src"))
    assert source.startswith("data:image/png")


def test_dragging_shows_a_hint(visitor: Visitor) -> None:
    factories.make_approved(factories.make_user("ada"), factories.make_moderator("mara"))
    page = visitor()
    page.goto("/extensions/gear_tool/")
    address = page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            const link = document.querySelector("[data-drag]");
            link.dispatchEvent(new DragEvent("dragstart", {dataTransfer: transfer, bubbles: true}));
            return transfer.getData("text/uri-list");
        }"""
    )
    assert address == page.locator(".get-drag").get_attribute("href")
    page.get_by_text("Drop it onto a Blender window").wait_for()
    page.evaluate('document.querySelector("[data-drag]").dispatchEvent(new DragEvent("dragend"))')
    page.get_by_text("Drag it onto a Blender window").wait_for()


def test_a_notice_can_be_dismissed(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    notice = page.locator("[data-notice]").first
    notice.wait_for()
    page.wait_for_load_state()
    number = page.locator("[data-notice]").count()
    notice.get_by_role("button", name="Dismiss").click()
    steps.expect(page.locator("[data-notice]")).to_have_count(number - 1)


def test_menus_close_on_escape_and_on_a_click_outside(visitor: Visitor) -> None:
    page = visitor()
    page.goto("/")
    menu = page.locator("details[data-menu]").first
    menu.locator("summary").click()
    steps.expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    steps.expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.get_by_role("heading", level=1).click()
    steps.expect(menu).not_to_have_attribute("open", "")


def test_the_summary_of_form_errors_links_to_the_field(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    page.goto("/account/password/change/")
    page.get_by_label("Current Password").fill("not this one")
    page.get_by_label("New Password", exact=True).fill(steps.PASSWORD)
    page.get_by_label("New Password (again)").fill(steps.PASSWORD)
    page.get_by_role("main").locator("button[type=submit]").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    focused = page.locator(":focus")
    steps.expect(focused).to_have_attribute("aria-invalid", "true")
    described = str(focused.get_attribute("aria-describedby"))
    assert any(page.locator(f"#{name}.errorlist").count() for name in described.split())


def test_after_a_refused_upload_the_focus_is_on_the_problems(visitor: Visitor) -> None:
    page = visitor()
    steps.sign_up(page, "grace")
    steps.upload(page, steps.broken_zip())
    page.get_by_role("heading", name="problems to fix").wait_for()
    steps.expect(page.locator(":focus")).to_have_attribute("role", "alert")


def test_a_search_field_suggests_and_is_used_by_keyboard(visitor: Visitor, site: str) -> None:
    owner, moderator = factories.make_user("grace"), factories.make_moderator("nia")
    factories.make_approved(owner, moderator, id="cog_tool", name="Cog Tool")
    page = visitor()
    page.goto("/about/use-in-blender/")
    field = page.get_by_role("combobox", name="Search extensions")
    field.press_sequentially("co")
    marked = page.get_by_role("option", selected=True)
    page.get_by_role("option", name="Cog Tool").wait_for()
    steps.expect(field).to_have_attribute("aria-expanded", "true")
    field.press("Escape")
    steps.expect(field).to_have_attribute("aria-expanded", "false")
    assert field.input_value() == "co"
    field.press("ArrowDown")
    steps.expect(marked).to_contain_text("Cog Tool")
    field.press("ArrowUp")
    assert marked.count() == 0
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/extensions/cog_tool/")
