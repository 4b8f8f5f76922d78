"""Ids and names that are too like existing ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.catalog.models.skeleton import skeleton
from extery_site.catalog.similar_names import find_similar, similar_ids
from tests.site import factories
from tests.site.packages import package

Approve = Callable[..., Version]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("l00m", "loom"),
        ("Node_Wrangler", "node-wrangler"),
        ("N\u043ede", "node"),  # a Cyrillic letter
        ("caf\u00e9", "CAFE"),
        ("modern", "modem"),
        ("f1le", "file"),
        ("\uff47ear", "gear"),
    ],
)
def test_look_alikes_have_the_same_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("gear", "bear"), ("loom", "loon"), ("a1", "a2")])
def test_different_names_have_different_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("id_", "is_edited"), [("l00m_tools", False), ("loomtools", False), ("loom_toolz", True)]
)
def test_a_similar_id_of_another_owner_is_found_with_one_query(
    approve: Approve, stranger: User, id_: str, is_edited: bool, django_assert_num_queries: Any
) -> None:
    original = approve(id="loom_tools", name="Loom Tools").extension
    copy = factories.make_draft(stranger, id=id_, name="Something else").extension

    with django_assert_num_queries(1):
        [found] = find_similar(copy)

    assert (found.extension, found.is_id, found.is_edited) == (original, True, is_edited)


@pytest.mark.django_db
def test_a_similar_name_is_found_and_own_or_unpublished_extensions_are_not(
    approve: Approve, owner: User, stranger: User
) -> None:
    original = approve(id="loom_tools", name="Loom Tools").extension
    factories.make_draft(factories.make_user("bob"), id="other", name="Loom Tools")
    copy = factories.make_draft(stranger, id="wv_tools", name="L\u043e\u043em Tools").extension
    own = factories.make_draft(owner, id="loom_tools_2", name="Loom Tools").extension

    [found] = find_similar(copy)

    assert (found.extension, found.is_id, found.is_edited) == (original, False, False)
    assert find_similar(own) == []


@pytest.mark.django_db
def test_a_list_costs_one_query(
    approve: Approve, owner: User, stranger: User, django_assert_num_queries: Any
) -> None:
    approve(id="loom_tools", name="Loom Tools")
    copy = factories.make_draft(stranger, id="l00m_tools", name="Copy").extension
    other = factories.make_draft(stranger, id="weaver", name="Weaver").extension

    with django_assert_num_queries(1):
        found = similar_ids([copy, other, *Extension.objects.none()])

    assert found == {copy.pk: ["loom_tools"]}


@pytest.mark.django_db
def test_a_name_without_letters_is_like_no_other(approve: Approve, stranger: User) -> None:
    approve(id="loom_tools", name="---")
    copy = factories.make_draft(stranger, id="weaver", name="...").extension
    assert find_similar(copy) == []
    assert similar_ids([copy]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("id_", ["loom_tools_pro", "official_loom_tools", "Blender_L00m_Tools"])
def test_an_id_with_a_word_like_pro_is_found_in_both_directions(
    approve: Approve, stranger: User, id_: str
) -> None:
    original = approve(id="loom_tools", name="Loom Tools").extension
    copy = factories.make_draft(stranger, id=id_, name="Something else").extension
    [found] = find_similar(copy)
    assert (found.extension, found.is_id, found.is_edited, found.has_affix) == (
        *(original, True),
        *(False, True),
    )
    Extension.objects.filter(pk=copy.pk).update(approved_at=original.approved_at)
    assert [one.extension for one in find_similar(original)] == [copy]


@pytest.mark.django_db
def test_a_short_name_with_such_a_word_is_like_no_other(approve: Approve, stranger: User) -> None:
    approve(id="uvw", name="UVW")
    copy = factories.make_draft(stranger, id="uvw_pro", name="UVW Pro").extension
    assert find_similar(copy) == []


@pytest.mark.django_db
def test_authors_are_shown_public_names_only(
    approve: Approve, owner: User, stranger: User, moderator: User, signed_in: Any
) -> None:
    approve(id="loom_tools", name="Loom Tools")
    factories.make_blocked(owner, moderator, id="weaver", name="Weaver")
    factories.make_draft(stranger, id="loom_tools_pro", name="Fabric")
    factories.make_draft(stranger, id="weaver_pro", name="Cloth")
    client = signed_in(stranger)
    page = client.get("/publish/loom_tools_pro/").content.decode()
    assert "Names like this one" in page
    assert "/loom_tools/" in page
    assert "Names like this one" not in client.get("/publish/weaver_pro/").content.decode()
    shown = find_similar(Extension.objects.get(extension_id="weaver_pro"))
    assert [one.extension.extension_id for one in shown] == ["weaver"]


@pytest.mark.django_db
def test_the_api_has_similar_names_for_authors_and_moderators(
    approve: Approve, owner: User, stranger: User, moderator: User, program: Any
) -> None:
    approve(id="loom_tools", name="Loom Tools")
    factories.make_blocked(owner, moderator, id="weaver", name="Fabrik")
    file = SimpleUploadedFile("a.zip", package(id="loom_tools_pro", name="Fabric"))

    uploaded = program(stranger).post("/api/v1/packages/", {"file": file}).json()

    public = {
        "extension": "loom_tools",
        "name": "Loom Tools",
        "owner": "ada",
        "field": "id",
        "difference": "word",
    }
    assert uploaded["similar"] == [public]
    url = "/api/v1/extensions/loom_tools_pro/similar-names/"
    found = program(moderator).get(url).json()
    assert found[0] == public
    assert [(one["extension"], one["field"], one["difference"]) for one in found[1:]] == [
        ("weaver", "name", "edit")
    ]
    assert program(stranger).get(url).status_code == 403
