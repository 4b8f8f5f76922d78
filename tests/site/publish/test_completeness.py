"""What is missing before a version can be submitted: the same on the page, over the API and in the submission."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery.core.errors import InvalidInput
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.publish import actions
from extery_site.publish.completeness import complete_state
from tests.site import factories

pytestmark = pytest.mark.django_db

ITEMS = {
    "submit.package-missing": "/publish/",
    "submit.description-missing": "/publish/gear_tool/?version=1.0.0#id_description",
    "submit.image-missing": "/publish/gear_tool/?version=1.0.0#id_image",
    "submit.alt-text-missing": "/publish/gear_tool/?version=1.0.0#id_alt_text",
}


def without(code: str, owner: User) -> Version:
    """A complete draft but for one thing."""
    version = factories.make_complete(owner)
    extension = version.extension
    match code:
        case "submit.package-missing":
            version.packages.all().delete()
        case "submit.description-missing":
            extension.description = " \n"
        case "submit.image-missing":
            extension.image = None
        case "submit.alt-text-missing":
            assert extension.image is not None
            extension.image.alt_text = " "
            extension.image.save()
    extension.save()
    return version


@pytest.mark.parametrize(("code", "url"), ITEMS.items())
def test_each_missing_thing_has_a_code_a_text_a_cure_and_a_page(
    code: str, url: str, owner: User, signed_in: Any
) -> None:
    version = without(code, owner)

    [item] = complete_state(version.extension, version).missing

    assert (item.code, item.url) == (code, url)
    assert item.text
    assert item.cure
    page = signed_in(owner).get(url)
    assert page.status_code == 200
    anchor = url.partition("#id_")[2] or "file"
    assert f'id="id_{anchor}"' in page.content.decode()
    with pytest.raises(InvalidInput) as caught:
        actions.submit(version=version, by=owner)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_complete_version_misses_nothing(owner: User) -> None:
    version = factories.make_complete(owner)

    state = complete_state(version.extension, version)

    assert (state.is_complete, state.missing, state.problems) == (True, (), [])


def test_the_api_has_what_the_page_has(owner: User, stranger: User, program: Any) -> None:
    version = without("submit.image-missing", owner)
    path = f"/api/v1/extensions/gear_tool/versions/{version.number}/missing"

    [item] = program(owner).get(path).json()

    assert item["code"] == "submit.image-missing"
    assert item["field"] == "image"
    assert item["url"].endswith("/publish/gear_tool/?version=1.0.0#id_image")
    assert program(stranger).get(path).status_code == 404
    assert Client().get(path).status_code == 401
