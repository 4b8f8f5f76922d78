"""Rating an extension with the keyboard on a phone, and the reply of its author."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from extery_site.ratings.models import Rating
from tests.browser import steps
from tests.browser.test_layout import STICKS_OUT
from tests.site import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "/extensions/gear_tool/ratings/"


def user_with_password(name: str) -> None:
    user = factories.make_user(name)
    user.set_password(steps.PASSWORD)
    user.save()


def test_stars_are_chosen_with_arrow_keys_and_the_author_replies(
    visitor: Callable[..., Page],
) -> None:
    user_with_password("eve")
    user_with_password("ada")
    from extery_site.accounts.models import User

    factories.make_approved(User.objects.get(username="ada"), factories.make_moderator("mara"))
    phone = visitor(viewport={"width": 390, "height": 844})
    steps.sign_in(phone, "eve")
    phone.goto(ADDRESS)
    phone.get_by_role("radio", name="1: it failed or did harm").focus()
    for _ in range(3):
        phone.keyboard.press("ArrowRight")
    chosen = phone.get_by_role("radio", name="4: good, something is missing")
    steps.expect(chosen).to_be_checked()
    filled = phone.locator(".star-filled").evaluate_all(
        "all => all.filter(one => getComputedStyle(one).visibility === 'visible').length"
    )
    assert filled == 4
    assert phone.evaluate(STICKS_OUT) == []
    phone.get_by_label("What was it like?").fill("Good **gears**")
    steps.main_button(phone, "Preview").click()
    phone.get_by_text("Preview, not published yet").wait_for()
    steps.expect(phone.locator(".rating-preview strong")).to_have_text("gears")
    steps.main_button(phone, "Publish").click()
    phone.get_by_text("You may change it as often as you like").wait_for()
    assert phone.evaluate(STICKS_OUT) == []
    rating = Rating.objects.get()
    assert (rating.stars, rating.text) == (4, "Good **gears**")

    author = visitor(java_script_enabled=False)
    steps.sign_in(author, "ada")
    author.goto(ADDRESS)
    author.get_by_role("link", name="Reply", exact=True).click()
    author.get_by_label("Reply to eve").fill("Thank you")
    steps.main_button(author, "Publish the reply").click()
    author.get_by_text("Your reply is published.").wait_for()
    steps.main_button(author, "Helpful").click()
    author.get_by_role("button", name="Helpful 1").wait_for()
    assert Rating.objects.get().helpful_count == 1
