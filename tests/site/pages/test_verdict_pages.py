"""Pages say which Blenders refuse a package that others accept: upload, draft, review."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import open_page

SignIn = Callable[[User], Client]
LIBRARY_LINE = "Refused by Blender 4.2 to 5.2: type 'asset-library' came with Blender 5.3"


def test_a_refused_upload_names_the_blenders_that_refuse_it(owner: User, signed_in: SignIn) -> None:
    theme = package(id="dusk", type="theme", permissions={"files": "Read gears"})

    response = signed_in(owner).post("/publish/", {"file": SimpleUploadedFile("d.zip", theme)})

    assert response.status_code == 422
    text = response.content.decode()
    assert "Not every Blender accepts this package" in text
    assert "Refused by Blender 5.3: themes have no permissions since Blender 5.3" in text


def test_the_draft_and_the_review_of_a_library_name_the_blenders_that_refuse_it(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    version = factories.make_waiting(owner, id="gears", type="asset-library")
    id_ = version.extension.extension_id

    draft = open_page(signed_in(owner), f"/publish/{id_}/")
    review = open_page(signed_in(moderator), f"/queue/{id_}/1.0.0/")

    assert LIBRARY_LINE in draft.all("body")[0].words
    assert LIBRARY_LINE in review.all("body")[0].words


def test_pages_of_an_add_on_have_no_verdicts(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    version = factories.make_complete(owner)
    id_ = version.extension.extension_id

    for user, path in ((owner, f"/publish/{id_}/"), (moderator, f"/queue/{id_}/")):
        assert "efused by Blender" not in open_page(signed_in(user), path).html
