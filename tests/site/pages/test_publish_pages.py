"""Pages for authors: upload, draft, my extensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.templatetags.static import static
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from tests.samples.packages import PACKAGES
from tests.site import factories
from tests.site.packages import manifest, package, zip_of
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]


def zip_file(data: bytes, name: str = "gear_tool.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/zip")


def upload(client: Client, data: bytes, **fields: Any) -> Any:
    return client.post("/publish/", {"file": zip_file(data), **fields})


def messages_of(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize("address", ["/publish/", "/publish/gear_tool/", "/mine/"])
def test_publishing_needs_an_account(client: Client, db: None, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


def test_a_valid_package_becomes_a_draft(owner: User, signed_in: SignIn) -> None:
    client = signed_in(owner)
    response = upload(client, package(), release_notes="First **release**")
    assert response.status_code == 302
    assert response["Location"] == "/publish/gear_tool/1.0.0/files/"
    version = Version.objects.get()
    assert (version.status, version.release_notes) == ("draft", "First **release**")
    page = Page(client.get(response["Location"]).content.decode())
    assert page.h1 == "Gear Tool 1.0.0"
    assert "gear_tool.zip uploaded" in page.html


def test_every_problem_of_a_package_is_shown_with_location_and_hint(
    owner: User, signed_in: SignIn
) -> None:
    broken = 'id = "gear__tool"\nname = "Gear Tool"\nversion = "1"\n'
    response = upload(signed_in(owner), zip_of({"blender_manifest.toml": broken}))
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    listed = [element.words for element in page.classed("problem")]
    assert len(listed) >= 6
    about_id = next(text for text in listed if "manifest.id." in text)
    assert "blender_manifest.toml:1:6" in about_id
    about_version = next(text for text in listed if "manifest.version." in text)
    assert "blender_manifest.toml:3:11" in about_version
    assert all(element.children for element in page.classed("problem-hint"))
    errors = len(listed) - len(page.classed("problem-warning"))
    assert f"{errors} problems to fix" in page.html
    assert not Extension.objects.exists()


def test_warnings_are_listed_apart_from_errors(owner: User, signed_in: SignIn) -> None:
    response = upload(signed_in(owner), package(version="1", website="not an address"))
    page = Page(response.content.decode())
    warnings = page.classed("problem-warning")
    assert [one for one in page.classed("problem") if one not in warnings]
    assert [one["id"] for one in page.all("h2") if "problems-" in one.get("id")] == (
        ["problems-errors", "problems-warnings"] if warnings else ["problems-errors"]
    )


BAD = {
    **{
        code: PACKAGES[code]
        for code in (
            *("package.empty", "package.not-zip", "package.truncated", "package.encrypted"),
            *("package.manifest-missing", "package.manifest-ambiguous"),
            *("package.bomb", "path.unsafe"),
        )
    },
    "manifest.toml.syntax": lambda: zip_of({"blender_manifest.toml": "id = "}),
    "manifest.toml.bom": lambda: zip_of({"blender_manifest.toml": "\ufeff" + manifest()}),
}


@pytest.mark.parametrize("code", BAD)
def test_a_file_that_is_no_package_is_refused(owner: User, signed_in: SignIn, code: str) -> None:
    response = upload(signed_in(owner), BAD[code]())
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    codes = [element.words for element in page.classed("problem-code")]
    assert code in codes
    assert not Extension.objects.exists()


def test_the_id_of_another_user_is_refused(owner: User, stranger: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    response = upload(signed_in(stranger), package(version="2.0.0"))
    assert response.status_code == 403
    assert "upload.id-taken" in response.content.decode()


def test_a_version_that_exists_is_refused(owner: User, moderator: User, signed_in: SignIn) -> None:
    factories.make_approved(owner, moderator)
    response = upload(signed_in(owner), package(name="Gear Tool 2"))
    assert response.status_code == 409
    assert "upload.version-exists" in response.content.decode()


def test_a_missing_file_is_an_error_at_its_field(owner: User, signed_in: SignIn) -> None:
    response = signed_in(owner).post("/publish/", {"release_notes": "Hi"})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert page.by_id("id_file_error").words == "Choose a package (.zip)."
    assert page.by_id("id_file")["aria-invalid"] == "true"
    assert "id_file_error" in page.by_id("id_file")["aria-describedby"]
    assert page.by_id("id_release_notes").words == "Hi"


def test_a_draft_without_an_image_shows_the_placeholder_wherever_it_is_shown(
    owner: User, signed_in: SignIn
) -> None:
    client = signed_in(owner)
    factories.make_draft(owner)
    for address in ("/publish/gear_tool/", "/extensions/gear_tool/"):
        page = Page(client.get(address).content.decode())
        assert static("images/placeholder.svg") in [image["src"] for image in page.all("img")]
    assert finders.find("images/placeholder.svg")


def test_a_draft_shows_the_manifest_and_what_is_missing(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner, tags=["Mesh", "UV"], permissions={"files": "Keep gear tables"})
    page = Page(signed_in(owner).get("/publish/gear_tool/").content.decode())
    rows = {row.children[0].words: row.children[1].words for row in page.all("tr")[1:]}
    assert rows["id"] == "gear_tool"
    assert rows["tags"].replace(" ", "") == "MeshUV"
    assert rows["permissions"] == "files: Keep gear tables"
    shown = [element.words for element in page.classed("checklist")[0].children]
    assert shown == ["Add a description", "Add an image"]
    submit = next(button for button in page.all("button") if button.words == "Submit for review")
    assert "disabled" in submit.attributes


def test_the_draft_form_is_saved_and_shown(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    client = signed_in(owner)
    response = client.post(
        "/publish/gear_tool/?version=1.0.0",
        {
            "description": "Makes **gears**.\n\n# Big",
            "website": "example.org/gears",
            "support_url": "https://example.org/help",
            "release_notes": "New.",
            "image": SimpleUploadedFile("shot.png", factories.picture().read(), "image/png"),
            "alt_text": "A gear in the viewport",
        },
    )
    assert response.status_code == 302
    extension = Extension.objects.get()
    assert extension.website == "https://example.org/gears"
    assert extension.image is not None
    assert extension.image.alt_text == "A gear in the viewport"
    page = Page(client.get(response["Location"]).content.decode())
    assert "<strong>gears</strong>" in page.html
    assert "Nothing is missing." in page.html
    assert page.by_id("id_release_notes").words == "New."
    submit = next(button for button in page.all("button") if button.words == "Submit for review")
    assert "disabled" not in submit.attributes


def test_an_invalid_image_is_an_error_at_its_field(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    response = signed_in(owner).post(
        "/publish/gear_tool/",
        {
            "description": "Kept in the form",
            "image": SimpleUploadedFile("small.png", factories.picture(320, 180).read()),
        },
    )
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "320 × 180" in page.by_id("id_image_error").words
    assert page.by_id("id_description").words == "Kept in the form"
    assert Extension.objects.get().description == ""


def test_a_bad_link_is_refused(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    response = signed_in(owner).post("/publish/gear_tool/", {"website": "javascript:alert(1)"})
    assert response.status_code == 422
    assert "id_website_error" in response.content.decode()


def test_a_small_cover_is_refused_with_its_size(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    image = SimpleUploadedFile("shot.png", factories.picture(1200, 675).read())
    response = signed_in(owner).post("/publish/gear_tool/", {"image": image, "alt_text": "A gear"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "The image has 1200 × 675 pixels; the cover needs 1920 × 1080." in page
    assert "one that is enlarged stays blurred" in page


def test_a_submitted_draft_is_in_the_queue(owner: User, signed_in: SignIn) -> None:
    factories.make_complete(owner)
    client = signed_in(owner)
    response = client.post("/publish/gear_tool/1.0.0/submit/")
    assert response["Location"] == "/queue/gear_tool/1.0.0/"
    assert Version.objects.get().status == "in_review"
    page = Page(client.get("/publish/gear_tool/").content.decode())
    assert "Awaiting review" in page.html
    assert not [one for one in page.all("textarea") if one.get("id") == "id_release_notes"]


def test_an_incomplete_draft_cannot_be_submitted(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    response = signed_in(owner).post("/publish/gear_tool/1.0.0/submit/")
    assert Version.objects.get().status == "draft"
    assert "The image is missing" in messages_of(response)


def test_a_version_can_be_withdrawn_and_discarded(owner: User, signed_in: SignIn) -> None:
    factories.make_waiting(owner)
    client = signed_in(owner)
    client.post("/publish/gear_tool/1.0.0/withdraw/")
    assert Version.objects.get().status == "withdrawn"
    response = client.post("/publish/gear_tool/1.0.0/discard/")
    assert response["Location"] == "/mine/"
    assert not Version.objects.exists()


@pytest.mark.parametrize("step", ["submit", "withdraw", "discard"])
def test_only_the_owner_can_change_a_version(
    owner: User, stranger: User, moderator: User, signed_in: SignIn, step: str
) -> None:
    factories.make_complete(owner)
    for other in (stranger, moderator):
        assert signed_in(other).post(f"/publish/gear_tool/1.0.0/{step}/").status_code == 404
        assert signed_in(other).get("/publish/gear_tool/").status_code == 404
    assert Version.objects.get().status == "draft"


def test_get_requests_change_nothing(owner: User, signed_in: SignIn) -> None:
    factories.make_complete(owner)
    assert signed_in(owner).get("/publish/gear_tool/1.0.0/discard/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post("/publish/gear_tool/1.0.0/submit/").status_code == 403
    assert Version.objects.get().status == "draft"


def test_warnings_of_a_package_stay_visible_in_the_draft(owner: User, signed_in: SignIn) -> None:
    version = factories.make_draft(owner, files={"old.pyc": b"\x00"}, website="ftp://example.org")
    stored = version.packages.get().problems
    page = Page(signed_in(owner).get("/publish/gear_tool/").content.decode())
    codes = [element.words for element in page.classed("problem-code")]
    assert codes == list(dict.fromkeys(problem["code"] for problem in stored))


def test_my_extensions_shows_each_status(owner: User, moderator: User, signed_in: SignIn) -> None:
    factories.make_approved(owner, moderator)
    factories.make_waiting(owner, version="2.0.0")
    factories.make_draft(owner, id="dust", name="Dust")
    page = Page(signed_in(owner).get("/mine/").content.decode())
    states = [element.words for element in page.classed("state")]
    assert sorted(states) == ["Approved", "Draft", "Version 2.0.0 awaiting review"]
    assert "/publish/gear_tool/?version=2.0.0" in page.links
    assert "/publish/dust/?version=1.0.0" in page.links


def test_my_extensions_needs_a_constant_number_of_queries(
    owner: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        factories.make_draft(owner, id=f"tool_{number}")
    client = signed_in(owner)
    with django_assert_max_num_queries(27):
        client.get("/mine/")


def test_the_upload_page_shows_the_size_limit(
    owner: User, signed_in: SignIn, settings: Any
) -> None:
    settings.EXTERY_MAX_UPLOAD = 50_000_000
    page = Page(signed_in(owner).get("/publish/").content.decode())
    assert "Up to 50 MB" in page.html
    assert page.classed("drop")[0]["data-drop-limit"] == "50000000"
