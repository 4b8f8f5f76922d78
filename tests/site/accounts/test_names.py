"""Names cannot pass for those of moderators, and contain nothing invisible."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery.core.errors import ExteryError
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.accounts.staff_names import looks_like_staff
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import Page


@pytest.mark.parametrize(
    "name",
    [
        "Moderator",
        "The Moderators",
        "m0derator",
        "Mоderаtor",  # Cyrillic
        "Μοderator",  # Greek
        "ＭＯＤＥＲＡＴＯＲ",
        "𝐌𝐨𝐝𝐞𝐫𝐚𝐭𝐨𝐫",
        "Mödérätor",
        "rnoderator",
        "M o d e r a t o r",
        "Ada (moderator)",
        "Administrator",
        "Admin",
        "adrnin",
        "4dm1n",
        "Staff",
        "Official support",
        "Extery",
        "Ехtery team",
        "Studio Tools",
        "Studi0-T00ls",
    ],
)
def test_a_name_like_that_of_staff_is_refused(
    owner: User, signed_in: Callable[[User], Client], settings: Any, name: str
) -> None:
    settings.EXTERY_SITE_NAME = "Studio Tools"
    signed_in(owner).post("/account/profile/", {"full_name": name, "about": ""})
    assert User.objects.get(pk=owner.pk).full_name == "Ada Tester"


@pytest.mark.parametrize(
    "name",
    ["Ada Tester", "Grace Hopper", "Adam Minsky", "Modesty", "Ирина Петрова", "山田太郎", "Rooter"],
)
def test_other_names_are_allowed(name: str, settings: Any) -> None:
    assert not looks_like_staff(name)


def test_a_moderator_may_have_such_a_name(
    moderator: User, signed_in: Callable[[User], Client]
) -> None:
    signed_in(moderator).post("/account/profile/", {"full_name": "Moderator Mo", "about": ""})
    assert User.objects.get(pk=moderator.pk).full_name == "Moderator Mo"


@pytest.mark.parametrize("name", ["Moderator1", "m0derator", "the-admin", "extery.team", "STAFF"])
def test_a_user_name_like_that_of_staff_is_refused(client: Client, db: None, name: str) -> None:
    password = "a-long-and-rare-phrase"
    form = {"username": name, "email": "x@example.org", "password1": password}
    client.post("/account/signup/", {**form, "password2": password})
    assert not User.objects.exists()


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u2066", "\u00ad"])
def test_an_invisible_character_in_a_name_is_named(
    owner: User, signed_in: Callable[[User], Client], character: str
) -> None:
    client = signed_in(owner)
    response = client.post("/account/profile/", {"full_name": f"Ada{character}", "about": ""})
    assert f"U+{ord(character):04X}" in response.content.decode()
    response = client.post("/account/tokens/", {"name": f"x{character}y", "days": "30"})
    assert f"U+{ord(character):04X}" in response.content.decode()
    with pytest.raises(ExteryError, match=f"U\\+{ord(character):04X}"):
        create_token(user=owner, name=f"x{character}y")


@pytest.mark.parametrize("field", ["name", "tagline", "maintainer"])
def test_an_upload_with_an_override_is_refused(owner: User, field: str) -> None:
    with pytest.raises(ExteryError) as caught:
        factories.make_draft(owner, **{field: "Gear\u202etool"})
    assert caught.value.problems[0].code == f"manifest.{field}.invisible"
    assert caught.value.problems[0].where.field == field
    assert "U+202E (right-to-left override) at position 5" in caught.value.problems[0].message


def test_an_upload_names_each_field_with_an_override(owner: User) -> None:
    with pytest.raises(ExteryError) as caught:
        factories.make_draft(
            owner,
            tagline="Tag\u200bline",
            permissions={"files": "Reads\u2066files"},
            copyright=["2026 Ada\u200e"],
        )
    fields = [problem.where.field for problem in caught.value.problems if problem.is_error]
    assert fields == ["tagline", "copyright[0]", "permissions.files"]


@pytest.mark.parametrize("character", ["\u202e", "\u3164", "\u2800"])
def test_the_file_name_of_an_upload_has_no_invisible_character(owner: User, character: str) -> None:
    with pytest.raises(ExteryError) as caught:
        publish.receive_upload(
            file=io.BytesIO(package()), user=owner, name=f"gear{character}piz.zip"
        )
    assert caught.value.problems[0].where.path == ("name",)
    assert f"U+{ord(character):04X} at 5" in caught.value.problems[0].message


def test_a_member_of_a_package_has_no_override(owner: User) -> None:
    with pytest.raises(ExteryError) as caught:
        factories.make_draft(owner, files={"gear\u202eyp.py": ""})
    assert "path.not-portable" in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("name", ["mod", "M0D", "ｍｏｄ", "Mо Quick", "mo quick", "ΜΟ QUICK"])
def test_the_name_of_a_moderator_is_refused(
    owner: User, moderator: User, signed_in: Callable[[User], Client], name: str
) -> None:
    moderator.full_name = "Mo Quick"
    moderator.save()
    response = signed_in(owner).post("/account/profile/", {"full_name": name, "about": ""})
    assert "could be mistaken for one of the site or its moderators" in response.content.decode()
    assert User.objects.get(pk=owner.pk).full_name == "Ada Tester"


def test_a_name_in_another_script_is_compared_too(
    owner: User, moderator: User, signed_in: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=moderator.pk).update(full_name="山田 太郎")
    client = signed_in(owner)
    client.post("/account/profile/", {"full_name": "山田太郎", "about": ""})
    assert User.objects.get(pk=owner.pk).full_name == "Ada Tester"
    client.post("/account/profile/", {"full_name": "山田花子", "about": ""})
    assert User.objects.get(pk=owner.pk).full_name == "山田花子"


@pytest.mark.parametrize("name", ["@mod", "Ada @mod", "Ada ＠mod", "Ada ﹫mod"])
def test_a_display_name_has_no_sign_of_user_names(
    owner: User, signed_in: Callable[[User], Client], name: str
) -> None:
    response = signed_in(owner).post("/account/profile/", {"full_name": name, "about": ""})
    assert "Remove the @" in response.content.decode()


def test_a_stored_override_is_shown_as_a_code_point(client: Client, approve: Any) -> None:
    extension = approve().extension
    type(extension).objects.update(name="Gear\u202e", tagline="Tag\u200bline")
    User.objects.filter(username="ada").update(full_name="Ada\u202e")
    for path in ("/", "/extensions/gear_tool/", "/queue/gear_tool/1.0.0/", "/people/ada/"):
        html = client.get(path).content.decode()
        assert "\u202e" not in html, path
        assert "[U+202E]" in html, path


def test_a_display_name_stands_beside_the_user_name_and_moderators_have_a_mark(
    client: Client, approve: Any
) -> None:
    approve()
    User.objects.filter(username="ada").update(full_name="Moderator ✔")
    page = Page(client.get("/queue/gear_tool/1.0.0/").content.decode())
    assert "@ada" in page.html
    marks = [mark.words for mark in page.classed("person-mark")]
    assert marks.count("Moderator") == 1
    assert "@ada" in client.get("/extensions/gear_tool/").content.decode()
