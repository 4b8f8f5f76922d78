"""Every page on a narrow phone and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from extery_site.moderation.decisions import request_changes
from extery_site.ratings import actions as ratings
from extery_site.reports.actions import report_extension
from tests.browser import steps
from tests.browser.screenshots import PUBLIC, SIGNED_IN, open_page
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visitor = Callable[..., "Page"]

LONG = "Schraubenradgetriebegenerator" * 2

#: Elements that overflow the page to the right, as short descriptions.
STICKS_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const scrolls = element => element && (["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const found = [...document.body.querySelectorAll("*")]
        .filter(element => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement))
        .map(element => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`);
    return document.documentElement.scrollWidth > width ? found.slice(0, 5).concat("scrolls") : [];
}"""

#: Name and position of the focused element, and whether its focus is visible.
FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const ringed = [element, element.closest(".card, .entry, .line")].filter(Boolean).some(one => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const all = [...document.querySelectorAll("*")];
    return {at: all.indexOf(element), name: element.textContent.trim() || element.name, ringed};
}"""


@pytest.fixture
def content(site: str) -> None:
    """Create extensions in every state, with long names that do not wrap."""
    ada, mara = factories.make_user("ada"), factories.make_moderator("mara")
    mara.set_password(steps.PASSWORD)
    mara.save()
    other = factories.make_moderator("imani")
    factories.make_approved(mara, other, id="harbour", name="Harbour", type="theme", tags=["Dark"])
    permissions = {"network": LONG, "files": "Keep gear tables"}
    for number in ("1.0.0", "1.1.0"):
        approved = factories.make_approved(
            ada, mara, name=LONG, version=number, tags=["Rigging", "Mesh"], permissions=permissions
        )
    rating = ratings.rate(extension=approved.extension, by=mara, stars=4, text=LONG)
    ratings.reply(rating=rating, by=ada, text=LONG)
    factories.make_waiting(ada, id="snow_maker_with_a_rather_long_id_for_an_extension", name=LONG)
    returned = factories.make_waiting(ada, id="rocks", platforms=["linux-x64"])
    request_changes(
        version=returned,
        packages=returned.package_hashes,
        by=mara,
        reason=f"{LONG} `{LONG}` https://{LONG}.example/",
    )
    factories.make_draft(mara, id="dust", name=LONG)
    report_extension(extension=approved.extension, by=mara, reason="other", text=LONG)


def test_no_page_overflows_at_320_pixels(visitor: Visitor, site: str, content: None) -> None:
    page = visitor(viewport={"width": 320, "height": 640})
    wrong: dict[str, Any] = {}
    opened = 0
    for name, way in (*PUBLIC, ("", "sign in"), *SIGNED_IN):
        if way == "sign in":
            steps.sign_in(page, "mara")
            continue
        if open_page(page, site, way):
            opened += 1
            if found := page.evaluate(STICKS_OUT):
                wrong[name] = found
    assert wrong == {}
    assert opened == len(PUBLIC) + len(SIGNED_IN)


@pytest.mark.parametrize("width", [320, 390, 1024])
def test_the_whole_navigation_is_seen_without_scripts(
    visitor: Visitor, content: None, width: int
) -> None:
    page = visitor(viewport={"width": width, "height": 844}, java_script_enabled=False)
    steps.sign_in(page, "mara")
    page.goto("/queue/")
    is_phone = width < 768
    if is_phone:
        page.locator(".phone-menu summary").click()
    count = page.locator(".phone-menu .nav-count" if is_phone else ".nav .nav-count")
    steps.expect(count).to_be_visible()
    links = page.locator(":is(.nav, .phone-menu [aria-label=Menu]) a >> visible=true")
    boxes = [links.nth(number).bounding_box() for number in range(links.count())]
    assert len(boxes) == 6
    for box in boxes:
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


#: Controls that are too small for touch. Links within a sentence are exempt.
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, select, textarea, input:not([type=hidden]), summary")]
    .filter(element => element.checkVisibility() && !element.closest(".unseen, .prose, #swagger-ui, dd"))
    .filter(element => !(getComputedStyle(element).display === "inline" && element.closest("p, li, label")))
    .map(element => {
        const parts = [element, ...(element.labels ?? [])].map(one => one.getBoundingClientRect().height);
        const after = getComputedStyle(element, "::after");
        if (after.position === "absolute") parts.push(parseFloat(after.height));
        return {name: element.textContent.trim() || element.name, height: Math.max(...parts.filter(Boolean))};
    })
    .filter(one => one.height < 43)
    .map(one => `${one.name.slice(0, 30)}: ${one.height}`)"""


def test_all_controls_are_large_enough_for_touch(
    visitor: Visitor, site: str, content: None
) -> None:
    page = visitor(viewport={"width": 390, "height": 844}, has_touch=True)
    wrong: dict[str, Any] = {}
    for name, way in (*PUBLIC, ("", "sign in"), *SIGNED_IN):
        if way == "sign in":
            steps.sign_in(page, "mara")
        elif open_page(page, site, way) and (found := page.evaluate(TOO_SMALL)):
            wrong[name] = found
    assert wrong == {}


def tab_through(page: Page) -> list[dict[str, Any]]:
    """Press Tab until the end of the page; return the focused elements."""
    stops: list[dict[str, Any]] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or (stops and stop["at"] == stops[0]["at"]):
            return stops
        stops.append(stop)
    raise AssertionError(f"no end after {stops[-3:]}")


@pytest.mark.parametrize("address", ["/", "/extensions/", "/extensions/gear_tool/", "/queue/"])
def test_the_tab_order_follows_the_reading_order(
    visitor: Visitor, content: None, address: str
) -> None:
    page = visitor(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(address)
    stops = tab_through(page)
    assert stops[0]["name"] == "Skip to content"
    assert [stop["at"] for stop in stops] == sorted(stop["at"] for stop in stops)
    assert [stop["name"] for stop in stops if not stop["ringed"]] == []
    names = {stop["name"] for stop in stops}
    assert {"Add-ons", "Themes", "Publish", "Use in Blender"} <= names


def test_a_skip_link_leads_past_the_navigation_bar(visitor: Visitor, content: None) -> None:
    page = visitor()
    page.goto("/extensions/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    steps.expect(page.locator("#id_q")).to_be_focused()


def test_search_works_with_the_keyboard_alone(visitor: Visitor, content: None) -> None:
    page = visitor()
    page.goto("/extensions/")
    page.get_by_label("Search", exact=True).focus()
    page.keyboard.type("harbour")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="“harbour”").wait_for()
    steps.expect(page.locator(".card-title")).to_have_text(["Harbour"])
    page.get_by_role("link", name="Harbour", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/extensions/harbour/")


def test_the_colour_theme_can_be_changed_by_keyboard(visitor: Visitor, content: None) -> None:
    page = visitor()
    page.goto("/")
    page.locator("details[data-menu] summary").first.focus()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator('html[data-theme="dark"]').wait_for(state="attached")
    steps.expect(page.locator("details[data-menu] summary").first).to_be_focused()


def test_on_a_phone_the_download_button_is_above_the_description(
    visitor: Visitor, content: None
) -> None:
    page = visitor(viewport={"width": 390, "height": 844})
    page.goto("/extensions/gear_tool/")
    box = page.locator(".get-button").bounding_box()
    text = page.get_by_role("heading", name=f"About {LONG}").bounding_box()
    assert box is not None
    assert text is not None
    assert box["y"] < text["y"]


#: Tabs whose text takes more than one line.
BROKEN_TABS = """() => [...document.querySelectorAll(".tabs a")].filter(element => {
    const range = document.createRange();
    range.selectNodeContents(element.firstChild);
    return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
}).map(element => element.textContent.trim())"""


@pytest.mark.parametrize("path", ["/queue/", "/queue/?show=changes", "/reports/"])
def test_each_tab_is_one_line_at_320_pixels(visitor: Visitor, content: None, path: str) -> None:
    page = visitor(viewport={"width": 320, "height": 640})
    steps.sign_in(page, "mara")
    page.goto(path)
    assert page.locator(".tabs a").count() > 1
    assert page.evaluate(BROKEN_TABS) == []
