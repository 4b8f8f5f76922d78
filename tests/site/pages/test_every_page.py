"""Crawls all linked pages and checks status, HTML and accessibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.moderation import comments as review
from extery_site.moderation.decisions import request_changes
from extery_site.ratings import actions as ratings
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.appeals import appeal
from extery_site.reports.targets import find_target
from extery_site.sets.actions import create_set
from extery_site.sets.entries import add_extension
from tests.site import factories
from tests.site.pages.html import Page, mistakes
from tests.site.shared_database import SharedContent

#: Pages that no link leads to, or only in some state.
BESIDES = (
    "/extensions/?q=nothing+of+the+kind",
    "/extensions/?type=theme&blender=4.2&platform=linux-x64&sort=name",
    "/extensions/?blender=soon",
    "/queue/?show=author",
    "/queue/?q=nothing+of+the+kind",
    "/queue/?show=decided",
    "/reports/?show=dismissed",
    "/sets/?q=nothing+of+the+kind",
    "/sets/mine/",
    "/reports/?q=nothing+of+the+kind",
    "/people/eve/suspension/",
    "/people/mod/suspension/",
    "/people/eve/hidden/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/done/",
    "/account/password/reset/key/1-set-password/",
    "/account/confirm-email/",
    "/account/confirm-email/nonsense/",
    "/account/inactive/",
    "/account/reauthenticate/",
    "/problems/manifest.id.not-identifier/",
)
#: Not pages of this design: the API's own, and files.
ELSEWHERE = (
    "/staff/audit/export.",  # files
    "/api/",
    "/download/",
    "/static/",
    "/media/",
)
#: How many pages that differ only in values of their query are followed.
FOLLOWED = 2
#: Pages that search engines must not index.
PRIVATE = ("/queue/", "/staff/", "/mine/", "/publish/", "/account/", "/reports/", "/report/")


@pytest.fixture(scope="module", autouse=True)
def _content(shared_content: SharedContent) -> None:
    """Create an extension in every status, with reports and comments."""
    with shared_content.create():
        create_content()


def create_content() -> None:
    owner, moderator = (
        factories.make_user("ada", full_name="Ada Tester"),
        factories.make_moderator(),
    )
    stranger = factories.make_user("eve")
    factories.make_approved(owner, moderator, tags=["Mesh"], permissions={"files": "Keep gears"})
    factories.make_approved(owner, moderator, version="1.1.0", tags=["Mesh"])
    factories.make_waiting(owner, version="2.0.0", tags=["Mesh"])
    other = factories.make_moderator("imani")
    factories.make_approved(
        moderator, other, id="harbour", name="Harbour", type="theme", tags=["Dark"]
    )
    rated = Extension.objects.get(extension_id="gear_tool")
    good = ratings.rate(extension=rated, by=stranger, stars=5, text="Good **gears**", blender="5.0")
    ratings.reply(rating=good, by=owner, text="Thank you")
    ratings.hide_rating(ratings.rate(extension=rated, by=other, stars=1), None, "Reported")
    waiting = factories.make_waiting(
        owner, id="snow_maker", name="Snow Maker", platforms=["linux-x64"]
    )
    review.comment(extension=waiting.extension, by=stranger, text="It *works* here.")
    returned = factories.make_waiting(owner, id="rock_garden", name="Rock Garden")
    request_changes(
        version=returned,
        packages=returned.package_hashes,
        by=moderator,
        reason="Please declare the network.",
    )
    factories.make_draft(
        owner, id="dust_motes", name="Dust Motes", website="https://example.org/dust"
    )
    blocked = factories.make_blocked(owner, moderator, id="bad_apple", name="Bad Apple")
    reports.report_extension(extension=blocked, by=stranger, reason="malicious", text="It spies.")
    done = reports.report_target(
        target=find_target("user", "ada", stranger), by=stranger, reason="other", text="Hm."
    )
    handling.resolve_case(case=done.case, by=moderator, note="Changed the profile.")
    chosen = create_set(by=stranger, title="For cold days")
    add_extension(set_=chosen, by=stranger, extension_id="gear_tool", note="*Turns* well")
    appeal(decision=f"case-{done.case_id}", by=owner, text="It was no advertising.")


def walk(client: Client, start: str) -> dict[str, Page]:
    """Return the pages of the site that are reachable by links.

    Of those that differ only in values of their query, as forms for each line of a file do, a few.
    """
    seen: dict[str, Page] = {}
    alike: Counter[tuple[str, tuple[str, ...]]] = Counter()
    ahead = [start, *BESIDES]
    while ahead:
        address = ahead.pop()
        if address in seen:
            continue
        parts = urlsplit(address)
        kind = parts.path, tuple(name for name, _ in parse_qsl(parts.query))
        alike[kind] += 1
        if alike[kind] > FOLLOWED and address not in BESIDES:
            continue
        response = client.get(address, follow=True)
        allowed = {200, 400, 403, 404} if address in BESIDES else {200}
        assert response.status_code in allowed, f"{response.status_code} for {address}"
        assert len(seen) < 400, f"links without end: {ahead[-3:]}"
        if not response["Content-Type"].startswith("text/html"):
            continue  # files, such as the numbers of an author
        page = seen[address] = Page(response.content.decode())
        for link in page.links:
            target = urldefrag(urljoin(f"http://testserver{address}", link)).url
            parts = urlsplit(target)
            # Tabs, orders and numbers of rows can be combined: `test_queue_pages` has those.
            is_combined = (
                parts.path in {"/queue/", "/staff/audit/", "/mine/"} and "&" in parts.query
            )
            if is_combined:
                continue
            if parts.netloc == "testserver" and not parts.path.startswith(ELSEWHERE):
                ahead.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return seen


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(name, marks=pytest.mark.one_database) for name in ("", "eve", "ada")), "mod"],
)
def test_every_link_leads_to_a_valid_page_with_a_title_and_private_pages_are_noindex(
    signed_in: Callable[[User], Client], name: str
) -> None:
    client = signed_in(User.objects.get(username=name)) if name else Client()

    pages = walk(client, "/")

    assert len(pages) > 25
    wrong = {address: found for address, page in pages.items() if (found := mistakes(page))}
    assert not wrong
    private = [name for name in pages if name.startswith(PRIVATE) and name != "/publish/"]
    assert private
    for address in private:
        metas = [meta for meta in pages[address].all("meta") if meta.get("name") == "robots"]
        assert [meta["content"] for meta in metas] == ["noindex"], address
    assert_titles_are_unique(pages)


def assert_titles_are_unique(pages: dict[str, Page]) -> None:
    titles: dict[str, set[str]] = {}
    for page in pages.values():
        if page.classed("error-page"):
            continue
        canonical = [link["href"] for link in page.all("link") if link.get("rel") == "canonical"]
        titles.setdefault(page.title, set()).update(canonical)
    shared = {title: found for title, found in titles.items() if len(found) > 1}
    assert not shared
