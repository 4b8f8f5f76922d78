"""Takes screenshots of a running site: phone and desktop, light and dark.

python -m tests.browser.screenshots http://127.0.0.1:8000 FOLDER [--sign-in NAME:PASSWORD] [--only WORD]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.parts import launch_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
SCHEMES = ("light", "dark")

#: Name of the screenshot, and URL or the selector of a link to follow from the page before.
PUBLIC = (
    ("home", "/"),
    ("browse", "/extensions/"),
    ("nothing-found", "/extensions/?q=nothing+of+the+kind&type=theme"),
    ("tag", "/tags/rigging/"),
    ("themes", "/themes/"),
    ("extension", "/extensions/?sort=popular .card-title a"),
    ("versions", "/extensions/?sort=newest .card-title a, a[href$='/versions/']"),
    ("ratings", "/extensions/?sort=rated .card-title a, .ext-tabs a[href$='/ratings/']"),
    ("author", "/extensions/?sort=popular .card-title a, a[href*='/people/']"),
    ("use", "/about/use-in-blender/"),
    ("queue", "/queue/"),
    ("queue-decided", "/queue/?show=decided"),
    ("thread", "/queue/?show=author .entry-title a"),
    ("sign-in", "/account/login/"),
    ("sign-up", "/account/signup/"),
    ("forgotten", "/account/password/reset/"),
    ("not-found", "/nowhere/"),
)
SIGNED_IN = (
    ("upload", "/publish/"),
    ("mine", "/mine/"),
    ("limits", "/account/limits/"),
    ("precision", "/queue/-/precision/"),
    ("known-bad", "/known-bad-files/"),
    ("code", "/problems/code.online-access/"),
    ("draft", "/mine/ .mine-do a"),
    ("submit-files", "/mine/ .mine-state a[href$='/files/']"),
    ("submit-findings", "/mine/ .mine-state a[href$='/files/'], .steps-step[href$='/findings/']"),
    ("submit-page", "/mine/ .mine-state a[href$='/files/'], .steps-step[href$='/page/']"),
    ("submit-check", "/mine/ .mine-state a[href$='/files/'], .steps-step[href$='/check/']"),
    ("decide", "/queue/ .entry-title a"),
    ("reports", "/reports/"),
    ("report", "/reports/ .case-what a"),
    ("report-form", "/extensions/?sort=popular .card-title a, a[href^='/report/extension/']"),
    ("notifications", "/notifications/"),
    ("notification-settings", "/account/notifications/"),
    ("tokens", "/account/tokens/"),
    ("profile", "/account/profile/"),
    ("email", "/account/email/"),
    ("password", "/account/password/change/"),
    ("sign-out", "/account/logout/"),
)


def open_page(page: Page, site: str, way: str) -> bool:
    """Open a URL and follow its links; return False if a link is missing."""
    address, _, links = way.partition(" ")
    page.goto(site + address)
    for selector in filter(None, links.split(", ")):
        link = page.locator(selector).first
        if not link.count():
            return False
        page.goto(site + str(link.get_attribute("href")))
    return True


def load_everything(page: Page) -> None:
    """Scroll through the page, so that lazy images are loaded."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for at in range(0, height, 600):
        page.evaluate("at => scrollTo(0, at)", at)
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def pages_of(
    browser: Browser, site: str, *, size: str, scheme: str, sign_in: str
) -> Iterator[tuple[str, Page]]:
    """Open each page in turn."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    for name, way in PUBLIC:
        if open_page(page, site, way):
            yield name, page
    if sign_in:
        user, _, password = sign_in.partition(":")
        page.goto(f"{site}/account/login/")
        page.fill("#id_login", user)
        page.fill("#id_password", password)
        page.click("main button[type=submit]")
        for name, way in SIGNED_IN:
            if open_page(page, site, way):
                yield name, page
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sign-in", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--scheme", choices=SCHEMES, action="append")
    parser.add_argument("--fold", action="store_true", help="only what is seen without scrolling")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    site = asked.site.rstrip("/")
    with launch_browser() as browser:
        for size in asked.size or SIZES:
            for scheme in asked.scheme or SCHEMES:
                pages = pages_of(browser, site, size=size, scheme=scheme, sign_in=asked.sign_in)
                for name, page in pages:
                    if not asked.only or name in asked.only.split(","):
                        load_everything(page)
                        picture = asked.folder / f"{name}-{size}-{scheme}.png"
                        page.screenshot(path=picture, full_page=not asked.fold)


if __name__ == "__main__":
    main()
