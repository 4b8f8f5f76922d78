"""Pages of the account: sign-up, sign-in, profile, tokens, colour theme."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from extery_site.accounts.models import ApiToken, User
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
PASSWORD = "a-long-and-rare-phrase"


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


def sign_up(client: Client, **fields: str) -> Any:
    values = {
        "username": "grace",
        "email": "grace@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return client.post("/account/signup/", values | fields)


def test_sign_up_redirects_to_my_extensions(client: Client, db: None) -> None:
    response = sign_up(client)
    assert response["Location"] == "/mine/"
    page = Page(client.get("/mine/").content.decode())
    assert "Nothing here yet" in page.html
    assert "grace" in page.html


def test_sign_up_errors_are_shown_at_their_fields(client: Client, owner: User) -> None:
    response = sign_up(client, username="ADA", password2="something else")
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_username_error").words
    assert page.by_id("id_password2_error").words
    assert page.by_id("id_username")["aria-invalid"] == "true"
    assert "id_username_error" in page.by_id("id_username")["aria-describedby"]


def test_sign_up_can_be_closed(client: Client, db: None, settings: Any) -> None:
    settings.EXTERY_SIGN_UP = False
    page = Page(client.get("/account/signup/").content.decode())
    assert mistakes(page) == []
    assert page.h1 == "Sign-up is closed"
    assert "/account/signup/" not in Page(client.get("/account/login/").content.decode()).links


@pytest.mark.parametrize("login", ["ada", "ada@example.org"])
def test_sign_in_with_name_or_email_redirects_to_the_page_before(
    client: Client, owner: User, login: str
) -> None:
    owner.set_password(PASSWORD)
    owner.save()
    page = Page(client.get("/account/login/?next=/publish/").content.decode())
    assert "User name or e-mail" in page.html
    form = {
        field.get("name"): field.get("value")
        for field in page.all("input")
        if field.get("type") == "hidden"
    }
    assert form["next"] == "/publish/"
    response = client.post(
        "/account/login/", {"login": login, "password": PASSWORD, "next": "/publish/"}
    )
    assert response["Location"] == "/publish/"


def test_a_wrong_password_and_an_unknown_user_get_the_same_message(
    client: Client, owner: User
) -> None:
    response = client.post("/account/login/", {"login": "ada", "password": "wrong"})
    page = Page(response.content.decode())
    assert mistakes(page) == []
    known = page.classed("notice-error")[0].words
    response = client.post("/account/login/", {"login": "nobody", "password": "wrong"})
    assert Page(response.content.decode()).classed("notice-error")[0].words == known


def test_sign_out_needs_a_confirmation(owner: User, signed_in: SignIn) -> None:
    client = signed_in(owner)
    page = Page(client.get("/account/logout/").content.decode())
    assert page.h1 == "Sign out?"
    assert client.get("/mine/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/mine/").status_code == 302


def test_a_password_is_reset_by_email(
    client: Client, owner: User, run_tasks: Callable[[], int]
) -> None:
    owner.set_password("before")
    owner.save()
    response = client.post("/account/password/reset/", {"email": owner.email}, follow=True)
    assert Page(response.content.decode()).h1 == "Check your e-mail"
    assert mail.outbox == []
    run_tasks()
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    response = client.get(link[1], follow=True)
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.h1 == "Set a new password"
    client.post(
        response.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD}, follow=True
    )
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_an_invalid_password_reset_link_offers_a_new_one(client: Client, db: None) -> None:
    page = Page(client.get("/account/password/reset/key/1-nonsense/").content.decode())
    assert mistakes(page) == []
    assert page.h1 == "Invalid link"
    assert "/account/password/reset/" in page.links


def test_changing_the_password_needs_the_old_one(client: Client, owner: User) -> None:
    owner.set_password("before")
    owner.save()
    client.post("/account/login/", {"login": "ada", "password": "before"})
    fields = {"oldpassword": "before", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/account/password/change/", fields | {"oldpassword": "wrong"})
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_oldpassword_error").words
    client.post("/account/password/change/", fields)
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_the_profile_is_saved_and_shown(owner: User, signed_in: SignIn) -> None:
    client = signed_in(owner)
    response = client.post(
        "/account/profile/", {"full_name": "Ada L.", "about": "I *make* gears."}, follow=True
    )
    page = Page(response.content.decode())
    assert "Profile saved." in page.html
    profile = Page(client.get("/people/ada/").content.decode())
    assert profile.h1 == "Ada L."
    assert "<em>make</em>" in profile.html
    # The form had no tick for the keys of reviews.
    keys = Page(client.get("/queue/").content.decode()).classed("keys-dialog")[0]
    assert keys["data-keys"] == "off"


def test_the_profile_form_cannot_change_role_or_user_name(owner: User, signed_in: SignIn) -> None:
    fields = {"full_name": "Ada", "about": "", "is_moderator": "on", "username": "root"}
    signed_in(owner).post("/account/profile/", fields)
    owner.refresh_from_db()
    assert (owner.username, owner.is_moderator) == ("ada", False)


def test_the_secret_of_a_token_is_shown_once(owner: User, signed_in: SignIn) -> None:
    client = signed_in(owner)
    response = client.post("/account/tokens/", {"name": "release script", "days": "30"})
    page = Page(response.content.decode())
    assert mistakes(page) == []
    secret = page.by_id("secret").words
    assert secret.startswith("extery_")
    assert "no-store" in response["Cache-Control"]
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    assert (token.expires_at - token.created_at).days in {29, 30}
    again = Page(client.get("/account/tokens/").content.decode())
    assert "release script" in again.html
    assert secret not in again.html


def test_a_token_without_expiry_can_be_created(owner: User, signed_in: SignIn) -> None:
    signed_in(owner).post("/account/tokens/", {"name": "for ever", "days": "0"})
    assert ApiToken.objects.get().expires_at is None


def test_a_token_is_revoked_by_its_owner_only(
    owner: User, stranger: User, signed_in: SignIn
) -> None:
    signed_in(owner).post("/account/tokens/", {"name": "mine", "days": "30"})
    token = ApiToken.objects.get()
    address = f"/account/tokens/{token.pk}/revoke/"
    assert signed_in(stranger).post(address).status_code == 404
    assert ApiToken.objects.get().is_usable
    response = signed_in(owner).post(address, follow=True)
    assert not ApiToken.objects.get().is_usable
    assert "is revoked" in response.content.decode()
    assert "You have no tokens." in response.content.decode()


@pytest.mark.parametrize("address", ["/account/profile/", "/account/tokens/", "/account/email/"])
def test_account_settings_need_sign_in(client: Client, db: None, address: str) -> None:
    assert "/account/login/" in client.get(address)["Location"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_stored_without_javascript(client: Client, db: None, theme: str) -> None:
    response = client.post("/account/appearance/", {"appearance": theme, "next": "/themes/?q=sea"})
    assert response["Location"] == "/themes/?q=sea"
    page = Page(client.get("/themes/").content.decode())
    assert page.all("html")[0]["data-theme"] == theme
    pressed = [one.words for one in page.all("button") if one.get("aria-pressed") == "true"]
    assert set(pressed) == {theme.title()}


def test_the_theme_auto_follows_the_system(client: Client, db: None) -> None:
    client.post("/account/appearance/", {"appearance": "dark"})
    client.post("/account/appearance/", {"appearance": "auto"})
    html = Page(client.get("/").content.decode()).all("html")[0]
    assert "data-theme" not in html.attributes


@pytest.mark.parametrize("cookie", ["neon", '"><script>'])
def test_an_unknown_theme_is_ignored(client: Client, db: None, cookie: str) -> None:
    client.cookies["extery_theme"] = cookie
    assert "data-theme" not in Page(client.get("/").content.decode()).all("html")[0].attributes
    client.cookies.clear()
    response = client.post("/account/appearance/", {"appearance": cookie})
    assert "extery_theme" not in response.cookies


@pytest.mark.parametrize(
    "next_url", ["https://bad.example/", "//bad.example", "javascript:alert(1)"]
)
def test_setting_the_theme_never_redirects_to_another_site(
    client: Client, db: None, next_url: str
) -> None:
    response = client.post("/account/appearance/", {"appearance": "dark", "next": next_url})
    assert response["Location"] == "/"
