"""axe-core on the pages of the demo, which shows every state, in the light and the dark colours."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urldefrag, urlsplit

import axe_playwright_python
import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import Resolver404, resolve

from extery_demo.seed import seed_site
from extery_site.accounts.models import User
from extery_site.catalog.models import Package
from extery_site.scanning.tasks import check_now
from tests.demo.conftest import fake_images as fake_images
from tests.sampled import TRIES_ALL

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.longest,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]

AXE = files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8")
#: The levels A and AA of WCAG 2.0 to 2.2, and axe's own advice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What axe finds, one line for each element. First the colours of an earlier scheme fade out.
FIND = """async only => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    await Promise.all(document.getAnimations().map(animation => animation.finished));
    const found = await axe.run(document, {runOnly: only});
    return found.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""
#: Parameters of addresses that choose what a page shows.
CHOOSING = ("show", "step")
#: Pages that look different to an author and a moderator.
BY_ROLE = ("/queue/", "/extensions/<")
#: Addresses that are not pages of the site's design, or that end the session.
ELSEWHERE = ("/api/", "/download/", "/static/", "/media/", "/account/logout/")
FILES = (".csv", ".json", ".jsonl", ".zip")


def kind_of(address: str) -> tuple[str, ...] | None:
    """Return what makes an address a page of its own kind: its route, and what its query chooses."""
    parts = urlsplit(address)
    try:
        route = resolve(parts.path).route
    except Resolver404:
        return None
    query = parse_qs(parts.query)
    return route, *(f"{name}={query[name][0]}" for name in CHOOSING if name in query)


def pages(page: Page, site: str, name: str, seen: set[tuple[str, ...]]) -> Iterator[str]:
    """Open one page of each kind that links lead to and that is not seen yet; yield its address."""
    ahead = ["/"]
    while ahead:
        address = ahead.pop(0)
        kind = kind_of(address)
        is_file = urlsplit(address).path.endswith(FILES)
        if kind is None or address.startswith(ELSEWHERE) or is_file:
            continue
        if address == "/" or f"/{kind[0]}".startswith(BY_ROLE):
            kind = (*kind, name)
        if kind in seen:
            continue
        seen.add(kind)
        response = page.goto(site + address)
        if response is None or "text/html" not in response.headers["content-type"]:
            continue
        yield address
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        ahead += [
            urldefrag(link).url.removeprefix(site) for link in links if link.startswith(f"{site}/")
        ]


def sign_in(page: Page, site: str, name: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=name))
    cookie = client.cookies[site_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])


@pytest.mark.usefixtures("fake_images")
def test_axe_finds_nothing_on_any_page(visitor: Callable[..., Page], site: str) -> None:
    """Every page is opened; axe, which takes a second, searches about half of them, or all."""
    seed_site()
    # The others wait for the worker, which is not here.
    check_now(list(Package.objects.order_by("pk").values_list("sha256", flat=True)[:5]))
    wrong: dict[str, Any] = {}
    seen: set[tuple[str, ...]] = set()
    searched = 0
    for name in ("", "demo", "moderator"):
        page = visitor(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        if name:
            sign_in(page, site, name)
        for address in pages(page, site, name, seen):
            if not TRIES_ALL and random.random() < 0.5:
                continue
            searched += 1
            page.emulate_media(color_scheme="light")
            page.evaluate(AXE)
            found = page.evaluate(FIND, RULES)
            page.emulate_media(color_scheme="dark")
            found += page.evaluate(FIND, ["color-contrast"])
            if found:
                wrong[f"{address} as {name or 'a visitor'}"] = found

    assert wrong == {}
    assert len(seen) > 80
    assert searched > 20
