"""The page in a real browser, from a file: search, filters, URL, and use without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extery.core.errors import ProblemList
from extery.listing.entries import Entry
from extery.repository.page.html import read_template
from tests.parts import launch_browser
from tests.repository.page.pages import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

#: Time limit in milliseconds; only a hang reaches it.
TIME_LIMIT = 300_000


def entry(extension_id: str, name: str, **fields: Any) -> Entry:
    return {
        "id": extension_id,
        "name": name,
        "tagline": f"Makes {name.lower()}",
        "version": "1.0.0",
        "type": "add-on",
        "maintainer": "Ada Smith <ada@example.org>",
        "license": ["SPDX:GPL-3.0-or-later"],
        "blender_version_min": "4.2.0",
        "archive_url": f"./{extension_id}.zip",
        "archive_size": 2000,
    } | fields


ENTRIES = [
    entry("gears", "Gears", tags=["Mesh"], permissions={"network": "Fetches gears"}),
    entry("bolts", "Bolts", tags=["Mesh", "UV"], blender_version_max="4.5.0"),
    entry("nuts", "Nuts", maintainer="Bo", platforms=["linux-x64"], archive_url="./n1.zip"),
    entry("nuts", "Nuts", maintainer="Bo", platforms=["macos-arm64"], archive_url="./n2.zip"),
    entry("dusk", "Dusk", type="theme", tags=["Dark"], blender_version_min="5.0.0"),
]
FACTS: dict[str, dict[str, Any]] = {
    "./gears.zip": {"date": "2026-01-01", "changes": "1.0\n• Round"},
    "./bolts.zip": {"date": "2026-02-02"},
    "./dusk.zip": {"theme_styles": "--view:#123", "contrast": ["good", "Text is easy to read."]},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch_browser() as browser:
        yield browser


@pytest.fixture
def address(tmp_path: Path) -> str:
    file = tmp_path / "my packages" / "index.html"
    file.parent.mkdir()
    file.write_text(
        page(ENTRIES, [], template=read_template(None, ProblemList()), metadata=FACTS), "utf-8"
    )
    return file.as_uri()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the page; console messages fail the test."""
    said: list[str] = []
    contexts = []

    def open_page(hash_: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        opened = context.new_page()
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.set_default_timeout(TIME_LIMIT)
        opened.goto(address + hash_)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def shown(page: Page) -> list[str]:
    names = page.locator("article:visible h3").all_text_contents()
    return [name.rsplit(" ", 1)[0] for name in names]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("gear", ["Gears"]),
        ("MESH ada", ["Bolts", "Gears"]),
        ("bo", ["Bolts", "Nuts"]),
        ("nuts linux", []),
        ("  ", ["Bolts", "Gears", "Nuts", "Dusk"]),
    ],
)
def test_search_finds_as_you_type(visit: Callable[..., Page], words: str, names: list[str]) -> None:
    page = visit()

    page.get_by_label("Search").press_sequentially(words)

    assert shown(page) == names
    said = page.locator("output").inner_text()
    assert said == (
        "4 extensions"
        if len(names) == 4
        else f"{len(names)} of 4 fit."
        if names
        else "Nothing fits."
    )


@pytest.mark.parametrize(
    ("label", "choice", "names"),
    [
        ("Type", "Themes", ["Dusk"]),
        ("Tag", "UV", ["Bolts"]),
        ("Blender", "4.4", ["Bolts", "Gears", "Nuts"]),
        ("Blender", "4.5", ["Gears", "Nuts"]),
        ("Blender", "5.0", ["Gears", "Nuts", "Dusk"]),
        ("Platform", "Linux (x64)", ["Bolts", "Gears", "Nuts", "Dusk"]),
        ("Permissions", "Asks for nothing", ["Bolts", "Nuts", "Dusk"]),
        ("Permissions", "Does not ask for network", ["Bolts", "Nuts", "Dusk"]),
        ("Sort", "Newest first", ["Bolts", "Gears", "Nuts", "Dusk"]),
    ],
)
def test_filters_show_compatible_extensions_only(
    visit: Callable[..., Page], label: str, choice: str, names: list[str]
) -> None:
    page = visit()

    page.get_by_role("combobox", name=label, exact=True).select_option(choice)

    assert shown(page) == names
    assert page.locator("section:visible").count() == 2 - ("Dusk" not in names or len(names) == 1)


def test_packages_for_another_platform_are_hidden_on_their_card(visit: Callable[..., Page]) -> None:
    page = visit("#p=linux-x64&q=nuts")

    assert page.locator("article:visible li:visible").all_inner_texts() == [
        "Drag\n1.0.0 · Blender 4.2 or newer · Linux (x64) · 2.0\N{NO-BREAK SPACE}KB"
    ]


def test_filters_can_be_reset(visit: Callable[..., Page]) -> None:
    page = visit("#t=theme&q=dusk")
    assert shown(page) == ["Dusk"]

    page.get_by_role("button", name="Show all").click()

    page.locator("#find button").wait_for(state="hidden")
    assert shown(page) == ["Bolts", "Gears", "Nuts", "Dusk"]
    assert page.locator("output").inner_text() == "4 extensions"
    assert page.url.endswith("index.html")


def test_search_and_filters_are_in_the_url(visit: Callable[..., Page]) -> None:
    page = visit()

    page.keyboard.press("/")
    page.keyboard.type("bolts & nuts")
    page.get_by_label("Tag").select_option("UV")

    assert page.url.endswith("#q=bolts+%26+nuts&g=UV")
    assert shown(visit("#q=bolts&g=UV&p=unknown")) == ["Bolts"]


def test_extensions_can_be_sorted_by_date(visit: Callable[..., Page]) -> None:
    page = visit("#t=add-on&s=d")
    assert shown(page) == ["Bolts", "Gears", "Nuts"]

    page.get_by_label("Tag").select_option("Mesh")
    page.get_by_label("Sort").select_option("By name")

    assert shown(page) == ["Bolts", "Gears"]


def test_the_shown_repository_url_is_that_of_the_page(
    visit: Callable[..., Page], address: str
) -> None:
    page = visit("?a=1#q=gears", permissions=["clipboard-read", "clipboard-write"])
    expected = address.replace("index.html", "index.json")

    assert page.locator("#repository").inner_text() == expected
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_a_dragged_link_has_blenders_format(visit: Callable[..., Page], address: str) -> None:
    link = visit().get_by_label("Drag Bolts 1.0.0 into Blender")

    assert link.evaluate("link => link.href") == (
        address.replace("index.html", "bolts.zip")
        + "?repository=.%2Findex.json&blender_version_min=4.2.0&blender_version_max=4.5.0"
    )


def test_without_scripts_everything_is_visible_and_draggable(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)

    assert shown(page) == ["Bolts", "Gears", "Nuts", "Dusk"]
    assert page.locator(".get:visible").count() == 5
    assert not page.locator("#find").is_visible()
    assert not page.locator("#copy").is_visible()
    assert "Copy the address of the link" in page.locator("noscript").inner_text()
    page.locator("article", has_text="Gears").get_by_text("Details").click()
    assert page.get_by_text("Fetches gears").is_visible()
    assert page.get_by_text("• Round").is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_narrow_windows(visit: Callable[..., Page], width: int, scheme: str) -> None:
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_tab_order_of_the_page_is_complete(visit: Callable[..., Page]) -> None:
    page = visit()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))

    assert seen[:2] == ["A", "BUTTON"]
    assert seen[2:9] == ["q", "t", "g", "b", "p", "r", "s"]
    assert seen[9:] == ["SUMMARY", "A", "SUMMARY"]


@pytest.mark.slow
def test_a_page_of_five_thousand_extensions_responds(browser: Browser, tmp_path: Path) -> None:
    entries = [entry(f"tool_{n}", f"Tool {n}", tags=["Mesh", "UV"]) for n in range(5000)]
    text = page(entries, [], template=read_template(None, ProblemList()))
    file = tmp_path / "index.html"
    file.write_text(text, "utf-8")
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(file.as_uri())

    opened.get_by_label("Search").fill("tool_4242")

    assert shown(opened) == ["Tool 4242"]
    assert len(text) / 5000 < 850
    context.close()
