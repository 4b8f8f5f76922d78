"""Pages of ratings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.ratings import actions
from extery_site.ratings.models import Rating, Reply
from extery_site.ratings.summaries import update_summary
from tests.site import factories
from tests.site.pages.html import Page, mistakes, open_page, page_of

SignedIn = Callable[[User], Client]
LIST = "/extensions/gear_tool/ratings/"
PAGE = "/extensions/gear_tool/"
VALUES = {"step": "publish", "stars": "4", "text": "Good *gears*", "version": "1.0.0"}


def fill(extension: Extension, number: int) -> None:
    """Create ratings by as many users."""
    users = User.objects.bulk_create(
        User(username=f"rater{at}", email=f"rater{at}@example.org") for at in range(number)
    )
    Rating.objects.bulk_create(
        Rating(
            extension=extension,
            user=user,
            stars=at % 5 + 1,
            text=f"Rating number {at}",
            version=extension.newest_version,
            version_number="1.0.0",
            helpful_count=at,
        )
        for at, user in enumerate(users)
    )
    update_summary(extension)


def texts(page: Page) -> list[str]:
    """Return the texts of the ratings in the list, in order."""
    return [element.words for element in page.classed("rating-text")]


def test_a_visitor_is_asked_to_sign_in_to_rate(client: Client, extension: Extension) -> None:
    page = open_page(client, LIST)
    assert "No ratings yet" in page.html
    assert f"/account/login/?next={LIST}" in page.links
    assert client.post(LIST, VALUES).status_code == 401
    assert LIST in open_page(client, PAGE).links
    assert not Rating.objects.exists()


def test_a_user_publishes_changes_and_removes_a_rating(
    extension: Extension, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(stranger)
    assert client.post(LIST, VALUES).status_code == 302
    page = open_page(client, LIST)
    assert texts(page) == ["Good gears"]
    assert page.classed("rating-score")[0].words == "3.6"
    change = open_page(client, f"{LIST}?change=1")
    assert "Good *gears*" in change.html
    assert client.post(LIST, {**VALUES, "stars": "1", "blender": "4.2"}).status_code == 302
    assert Rating.objects.get().blender_text == "4.2"
    assert "Remove your rating?" in open_page(client, f"{LIST}remove/").html
    assert client.post(f"{LIST}remove/").status_code == 302
    assert not Rating.objects.exists()
    assert client.get(f"{LIST}remove/").status_code == 302


def test_without_stars_the_text_stays_in_the_form(
    extension: Extension, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(stranger)
    response = client.post(LIST, {"step": "publish", "text": "Half a thought", "version": "1.0.0"})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert "Choose one to five stars." in page.html
    assert "Half a thought" in page.html
    assert mistakes(page) == []
    assert not Rating.objects.exists()


def test_a_preview_stores_nothing(
    extension: Extension, stranger: User, signed_in: SignedIn
) -> None:
    response = signed_in(stranger).post(LIST, {**VALUES, "step": "preview"})
    assert response.status_code == 200
    assert "Good <em>gears</em>" in response.content.decode()
    assert not Rating.objects.exists()


def test_the_form_is_filled_in_from_the_user_agent(
    extension: Extension, stranger: User, signed_in: SignedIn
) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/145.0"
    page = page_of(signed_in(stranger).get(LIST, headers={"User-Agent": agent}))
    chosen = [option["value"] for option in page.all("option") if "selected" in option.attributes]
    assert chosen[:3] == ["1.0.0", "", "windows-x64"]


def test_the_owner_cannot_rate_but_reply(rating: Rating, owner: User, signed_in: SignedIn) -> None:
    client = signed_in(owner)
    page = open_page(client, LIST)
    assert "so you cannot rate it" in page.html
    assert client.post(LIST, VALUES).status_code == 403
    in_place = open_page(client, f"{LIST}?reply={rating.pk}")
    assert "Publish the reply" in in_place.html
    address = f"{LIST}{rating.pk}/reply/"
    assert client.post(address, {"text": ""}).status_code == 422
    answer = client.post(address, {"text": "Thank you", "query": "order=newest&evil=1"})
    assert answer["Location"] == f"{LIST}?order=newest#rating-{rating.pk}"
    assert "Thank you" in open_page(Client(), LIST).html
    assert "Change the reply" in open_page(client, LIST).html
    assert "Thank you" in open_page(client, address).html
    assert client.post(address, {"step": "remove"}).status_code == 302
    assert not Reply.objects.exists()


def test_others_cannot_reply(rating: Rating, stranger: User, signed_in: SignedIn) -> None:
    address = f"{LIST}{rating.pk}/reply/"
    response = signed_in(stranger).post(address, {"text": "Me too"})
    assert response.status_code == 403
    assert mistakes(Page(response.content.decode())) == []
    assert "Only the author" in open_page(signed_in(stranger), address).html
    assert "/account/login/" in Client().get(address)["Location"]
    assert not Reply.objects.exists()


def test_a_mark_as_helpful_is_a_toggle_that_returns_to_the_same_list(
    rating: Rating, moderator: User, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    address = f"{LIST}{rating.pk}/helpful/"
    response = client.post(address, {"helpful": "1", "query": "stars=4"})
    assert response["Location"] == f"{LIST}?stars=4#rating-{rating.pk}"
    button = open_page(client, LIST).classed("helpful")[0]
    assert (button["aria-pressed"], button["value"], button.words) == ("true", "0", "Helpful 1")
    client.post(address, {"helpful": "0"})
    assert Rating.objects.get().helpful_count == 0
    assert client.get(address).status_code == 405


def test_ones_own_rating_has_no_button_and_the_error_is_named(
    rating: Rating, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(stranger)
    assert open_page(client, LIST).classed("helpful") == []
    client.post(f"{LIST}{rating.pk}/helpful/", {"helpful": "1"})
    assert "This is your own rating" in open_page(client, LIST).html


def test_a_hidden_rating_is_one_line_without_its_text(
    rating: Rating, owner: User, stranger: User, moderator: User, signed_in: SignedIn
) -> None:
    actions.hide_rating(rating, None, "Three people reported it")
    for client in (Client(), signed_in(owner)):
        page = open_page(client, LIST)
        assert "is hidden until a moderator has looked at it" in page.html
        assert "gears" not in " ".join(texts(page))
        assert "Good" not in open_page(client, PAGE).by_id("main").words
        assert "A rating of" not in open_page(client, f"{LIST}?order=lowest").html
        assert "A rating of" not in open_page(client, f"{LIST}?stars=4").html
    assert "gears" not in open_page(signed_in(owner), f"{LIST}{rating.pk}/reply/").html
    own = open_page(signed_in(stranger), LIST)
    assert "Your rating is hidden" in own.html
    assert f"{LIST}remove/" not in own.links
    assert "Only moderators see it" in open_page(signed_in(moderator), LIST).html


def test_a_moderator_hides_and_shows_a_rating(
    rating: Rating, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    address = f"{LIST}{rating.pk}/hide/"
    assert address in open_page(client, LIST).links
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Advertising"}).status_code == 302
    assert Rating.objects.get().hidden_by == moderator
    assert "Advertising" in open_page(signed_in(stranger), LIST).html
    assert "was hidden by a moderator" in open_page(Client(), LIST).html
    assert "Decide about a hidden rating" in open_page(client, address).html
    assert client.post(address, {"step": "show"}).status_code == 302
    assert not Rating.objects.get().is_hidden


def test_only_moderators_open_the_page_for_hiding(
    rating: Rating, owner: User, stranger: User, signed_in: SignedIn
) -> None:
    for person in (owner, stranger):
        client = signed_in(person)
        assert client.get(f"{LIST}{rating.pk}/hide/").status_code == 403
        assert client.post(f"{LIST}{rating.pk}/hide/", {"reason": "No"}).status_code == 403
    assert not Rating.objects.get().is_hidden


def test_a_moderator_hides_no_rating_of_their_own_extension(
    rating: Rating, owner: User, signed_in: SignedIn
) -> None:
    owner.is_moderator = True
    owner.save()
    client = signed_in(owner)
    assert f"{LIST}{rating.pk}/hide/" not in open_page(client, LIST).links
    assert client.post(f"{LIST}{rating.pk}/hide/", {"reason": "Unfair"}).status_code == 403
    assert client.post(f"{LIST}{rating.pk}/hide/", {"step": "show"}).status_code == 302
    assert not Rating.objects.get().is_hidden


#: Texts of the ratings of the next test by query, in order.
LISTED = {
    "": ["Helped many", "New version", "Old and angry"],
    "?order=newest": ["New version", "Helped many", "Old and angry"],
    "?order=lowest": ["Old and angry", "Helped many", "New version"],
    "?stars=5": ["New version"],
    "?stars=2": [],
    "?version=1.0.0": ["Helped many", "Old and angry"],
    "?blender=4.2": ["Old and angry"],
    "?order=sideways&stars=9&blender=x": ["Helped many", "New version", "Old and angry"],
}


def test_order_and_filters(client: Client, approve: Callable[..., Version]) -> None:
    users = [factories.make_user(f"user{at}") for at in range(3)]
    old = approve().extension
    actions.rate(extension=old, by=users[0], stars=1, text="Old and angry", blender="4.2.3")
    helped = actions.rate(extension=old, by=users[1], stars=3, text="Helped many")
    new = approve(version="1.1.0").extension
    actions.rate(extension=new, by=users[2], stars=5, text="New version", blender="5.0")
    Rating.objects.filter(pk=helped.pk).update(helpful_count=5)
    assert {query: texts(open_page(client, LIST + query)) for query in LISTED} == LISTED


def test_ratings_of_the_newest_version_count_double_in_the_order(
    client: Client, approve: Callable[..., Version]
) -> None:
    users = [factories.make_user(f"user{at}") for at in range(3)]
    old = approve().extension
    first = actions.rate(extension=old, by=users[0], stars=1, text="Old")
    new = approve(version="1.1.0").extension
    second = actions.rate(extension=new, by=users[1], stars=5, text="New")
    Rating.objects.filter(pk=first.pk).update(helpful_count=4)
    Rating.objects.filter(pk=second.pk).update(helpful_count=2)
    assert texts(open_page(client, LIST)) == ["New", "Old"]


def test_the_average_since_the_newest_version_is_shown(
    client: Client, approve: Callable[..., Version]
) -> None:
    users = [factories.make_user(f"user{at}") for at in range(2)]
    actions.rate(extension=approve().extension, by=users[0], stars=1)
    assert "Since" not in open_page(client, LIST).by_id("main").words
    new = approve(version="1.1.0").extension
    actions.rate(extension=new, by=users[1], stars=5)
    words = open_page(client, LIST).by_id("main").words
    assert "Since 1.1.0: 3.81 rating. Before: 3.1." in words


def test_the_same_average_is_on_page_cards_and_in_the_api(
    client: Client, rating: Rating, moderator: User
) -> None:
    actions.rate(extension=rating.extension, by=moderator, stars=5)
    stored = Extension.objects.get().rating_score
    assert stored == 3.79
    assert "3.8" in [item.words for item in open_page(client, LIST).classed("rating-score")]
    assert open_page(client, PAGE).classed("ext-star")[0].words == "3.8 of 5 stars"
    assert not open_page(client, "/extensions/").classed("card-stars")  # of five votes on
    Extension.objects.update(rating_count=5)
    card = open_page(client, "/extensions/").classed("card-stars")[0]
    assert card.words == "3.8 of 5 stars"
    Extension.objects.update(rating_count=2)
    body = client.get("/api/v1/extensions/gear_tool/").json()
    assert (body["ratings"], body["rating_average"]) == (2, stored)


def test_best_rated_sorts_by_the_average(
    client: Client, approve: Callable[..., Version], stranger: User, moderator: User
) -> None:
    approve(id="unrated", name="Unrated")
    for name, stars in (("Poor", 1), ("Best", 5), ("Good", 4)):
        extension = approve(id=name.lower(), name=name).extension
        actions.rate(extension=extension, by=stranger, stars=stars)
    page = open_page(client, "/extensions/?sort=rated")
    names = [element.words for element in page.classed("card-title")]
    assert names == ["Best", "Good", "Poor", "Unrated"]


@pytest.mark.parametrize("name", ["", "mod"])
def test_two_thousand_ratings_need_as_many_queries_as_forty(
    extension: Extension, stranger: User, moderator: User, signed_in: SignedIn, name: str
) -> None:
    client = signed_in(User.objects.get(username=name)) if name else Client()
    actions.rate(extension=extension, by=stranger, stars=4)
    fill(extension, 40)
    before = [count_queries(client, path) for path in (PAGE, LIST)]
    User.objects.filter(username__startswith="rater").delete()
    Rating.objects.exclude(user=stranger).delete()
    fill(extension, 2000)
    assert [count_queries(client, path) for path in (PAGE, LIST)] == before
    assert max(before) <= 25
    page = open_page(client, f"{LIST}?page=2")
    assert len(page.classed("rating")) == 20
    assert "2,001" in page.html


def count_queries(client: Client, path: str) -> int:
    """Return the number of queries of a page."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("text", "absent", "present"),
    [
        ("<script>alert(1)</script>", "<script>alert", "&lt;script&gt;"),
        ("![cat](https://evil.example/cat.png)", '<img src="https://evil', ">cat</a>"),
        ("# Sign in here", "<h1>Sign", "# Sign in here"),
        ("Sign in\n=======", "<h1>Sign", "======="),
        ("[x](javascript:alert(1))", 'href="javascript', "[x](javascript:alert(1))"),
        ("| a |\n| - |\n| b |", "<table", "| a |"),
        ("[site](https://example.org)", "", 'rel="nofollow noopener ugc"'),
    ],
)
def test_hostile_markdown_stays_text(
    client: Client, extension: Extension, stranger: User, text: str, absent: str, present: str
) -> None:
    actions.rate(extension=extension, by=stranger, stars=4, text=text)
    html = open_page(client, LIST).html
    assert not absent or absent not in html
    assert present in html


def test_drafts_and_blocked_extensions_have_no_form(
    client: Client, owner: User, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    factories.make_draft(owner, id="secret", name="Secret")
    assert client.get("/extensions/secret/ratings/").status_code == 404
    assert signed_in(stranger).get("/extensions/secret/ratings/").status_code == 404
    factories.make_blocked(owner, moderator, id="bad_tool", name="Bad Tool")
    path = "/extensions/bad_tool/ratings/"
    assert "cannot be rated now" in open_page(signed_in(stranger), path).html
    assert signed_in(stranger).post(path, VALUES).status_code == 409


def test_an_id_in_another_case_is_redirected(client: Client, extension: Extension) -> None:
    response = client.get("/extensions/Gear_Tool/ratings/")
    assert (response.status_code, response["Location"]) == (301, LIST)


@pytest.mark.parametrize("pk", ["0", str(2**63), "9" * 400])
def test_unknown_ratings_are_not_found(
    extension: Extension, moderator: User, owner: User, signed_in: SignedIn, pk: str
) -> None:
    client = signed_in(moderator)
    for step in ("helpful", "reply", "hide"):
        assert client.post(f"{LIST}{pk}/{step}/", {"text": "x"}).status_code == 404
    assert signed_in(owner).get(f"{LIST}?reply={pk}&page={pk}").status_code == 200


def test_a_rating_of_another_extension_is_not_found(
    rating: Rating, moderator: User, signed_in: SignedIn, approve: Any
) -> None:
    approve(id="other_tool", name="Other Tool")
    address = f"/extensions/other_tool/ratings/{rating.pk}/helpful/"
    assert signed_in(moderator).post(address, {"helpful": "1"}).status_code == 404


def test_the_rating_of_a_deleted_user_stays(client: Client, rating: Rating, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).delete()
    assert "Deleted user" in open_page(client, LIST).html
