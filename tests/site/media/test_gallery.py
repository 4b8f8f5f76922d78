"""Pictures and videos are added, described, moved and removed; the first picture is the cover."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.images import delete_image
from extery_site.catalog.models import Extension, Image, Version
from extery_site.files.models import StoredFile
from extery_site.media import actions, icons, order
from extery_site.media.gallery import read_gallery
from extery_site.media.models import GalleryItem
from extery_site.moderation import decisions as moderation
from extery_site.publish import actions as publish
from extery_site.publish.completeness import complete_state
from tests.site import factories
from tests.site.media.content import add_item, gif, keys
from tests.site.media.videos import mp4

Approve = Callable[..., Version]


@pytest.fixture
def extension(owner: User) -> Extension:
    """A complete draft, which has a cover."""
    return factories.make_complete(owner).extension


def add_picture(extension: Extension, by: User, file: Any = None, **values: Any) -> Any:
    return actions.add_picture(
        extension=extension, by=by, file=file or factories.picture(), address=None, **values
    )[0]


def test_the_first_large_picture_becomes_the_cover(owner: User) -> None:
    extension = factories.make_draft(owner).extension
    small = add_picture(extension, owner, factories.picture(960, 540), alt_text=" A\n small one ")
    assert (small.is_cover, small.image.alt_text) == (False, "A small one")
    cover = add_picture(extension, owner, factories.picture(), alt_text="A gear")
    assert cover.is_cover
    assert keys(extension) == [cover.pk, small.pk]


def test_a_picture_without_alt_text_is_not_shown_and_stops_a_submission(
    extension: Extension, owner: User
) -> None:
    item = add_item(extension, "")
    assert len(read_gallery(extension)) == 1
    version = extension.versions.get()
    missing = complete_state(extension, version).missing
    assert [(one.code, one.url) for one in missing] == [
        ("submit.gallery-alt-text-missing", "/publish/gear_tool/media/")
    ]
    with pytest.raises(InvalidInput, match="alt text"):
        publish.submit(version=version, by=owner)
    actions.set_alt_texts(extension=extension, by=owner, texts={item.image_id: "Teeth"})
    assert len(read_gallery(extension)) == 2
    publish.submit(version=version, by=owner)


def test_a_video_has_a_picture_and_is_stored(
    extension: Extension, owner: User, media: Callable[[], list[str]]
) -> None:
    poster = factories.picture(960, 540)
    shown = actions.add_video(
        extension=extension,
        by=owner,
        file=io.BytesIO(mp4()),
        poster=poster,
        alt_text="It turns",
        address=None,
    )
    item = GalleryItem.objects.get()
    assert (shown.play_label, shown.short_duration) == ("Play, 4 seconds", "0:04")
    assert item.video is not None
    assert item.video.name in media()
    assert (item.video_width, item.video_height, item.video_type) == (1280, 720, "video/mp4")
    with pytest.raises(InvalidInput) as caught:
        actions.add_video(
            extension=extension,
            by=owner,
            file=io.BytesIO(mp4()),
            poster=gif(),
            address=None,
        )
    [problem] = caught.value.problems
    assert (problem.code, problem.where.field) == ("image.unsupported-format", "poster")
    assert "GIF" in problem.message


def test_a_refused_video_leaves_nothing(
    extension: Extension, owner: User, media: Callable[[], list[str]]
) -> None:
    before = (media(), StoredFile.objects.count())
    with pytest.raises(InvalidInput):
        actions.add_video(
            extension=extension,
            by=owner,
            file=io.BytesIO(mp4(end=b"PK\3\4")),
            poster=factories.picture(960, 540),
            address=None,
        )
    assert (media(), StoredFile.objects.count()) == before


def test_a_gallery_has_a_limit(extension: Extension, owner: User, settings: Any) -> None:
    settings.EXTERY_MAX_GALLERY = 3
    settings.EXTERY_MAX_VIDEOS = 1
    add_item(extension, youtube="aqz-KE-bpKQ")
    video: Any = {"youtube": "aqz-KE-bpKQ", "poster": factories.picture(960, 540)}
    for maximum, words in ((1, "1 videos"), (0, "takes no videos")):
        settings.EXTERY_MAX_VIDEOS = maximum
        with pytest.raises(InvalidInput, match=words):
            actions.add_youtube(extension=extension, by=owner, address=None, **video)
    add_item(extension)
    with pytest.raises(InvalidInput) as caught:
        add_picture(extension, owner)
    assert caught.value.code == "media.gallery-full"


def test_moving_a_picture_to_the_top_makes_it_the_cover(extension: Extension, owner: User) -> None:
    add_item(extension)
    add_item(extension)
    cover, second, third = keys(extension)
    order.move(extension=extension, by=owner, item=third, steps=-1)
    assert keys(extension) == [cover, third, second]
    order.move(extension=extension, by=owner, item=third, steps=-1)
    assert keys(extension) == [third, cover, second]
    assert Extension.objects.get().image_id == third
    order.move(extension=extension, by=owner, item=third, steps=99)
    assert keys(extension) == [cover, second, third]
    assert GalleryItem.objects.count() == 2
    with pytest.raises(NotFound):
        order.move(extension=extension, by=owner, item=0, steps=1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"size": (1280, 720)}, "1280 × 720 pixels; the cover needs 16:9 and 1920 × 1080"),
        ({"size": (1920, 1200)}, "1920 × 1200 pixels"),
        ({"youtube": "aqz-KE-bpKQ"}, "a video cannot be first"),
    ],
)
def test_not_everything_can_be_the_cover(
    extension: Extension, owner: User, values: Any, words: str
) -> None:
    add_item(extension, **values)
    cover, other = keys(extension)
    with pytest.raises(InvalidInput, match=words):
        order.reorder(extension=extension, by=owner, order=[other, cover])
    assert keys(extension) == [cover, other]


def test_two_tabs_that_reorder_lose_nothing(extension: Extension, owner: User) -> None:
    add_item(extension)
    add_item(extension)
    seen = keys(extension)
    order.reorder(extension=extension, by=owner, order=[seen[2], seen[0], seen[1]], seen=seen)
    with pytest.raises(Conflict) as caught:
        order.reorder(extension=extension, by=owner, order=[seen[1], seen[0], seen[2]], seen=seen)
    assert caught.value.code == "media.order-changed"
    assert keys(extension) == [seen[2], seen[0], seen[1]]
    for wrong in ([], seen[:2], [*seen, seen[0]], [*seen[:2], seen[1]], [*seen, 0]):
        with pytest.raises(InvalidInput, match="once"):
            order.reorder(extension=extension, by=owner, order=wrong)


def test_the_next_large_picture_replaces_a_removed_cover(
    extension: Extension, owner: User, approve: Approve
) -> None:
    add_item(extension, size=(1280, 720))
    add_item(extension)
    cover, small, large = keys(extension)
    order.remove(extension=extension, by=owner, item=cover)
    assert keys(extension) == [large, small]
    order.remove(extension=extension, by=owner, item=large)
    assert keys(extension) == [small]
    assert Extension.objects.get().image is None
    public = approve(id="other_tool", name="Other").extension
    with pytest.raises(InvalidInput) as caught:
        order.remove(extension=public, by=owner, item=keys(public)[0])
    assert caught.value.code == "media.cover-needed"


def test_a_removed_video_leaves_no_file(
    extension: Extension,
    owner: User,
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    video: Any = {"file": io.BytesIO(mp4()), "poster": factories.picture(960, 540)}
    before = media()
    shown = actions.add_video(extension=extension, by=owner, address=None, **video)
    assert len(media()) == len(before) + 2
    with django_capture_on_commit_callbacks(execute=True):
        order.remove(extension=extension, by=owner, item=shown.pk)
    assert (media(), GalleryItem.objects.count()) == (before, 0)


def test_a_discarded_draft_takes_its_pictures_along(
    owner: User, media: Callable[[], list[str]], django_capture_on_commit_callbacks: Any
) -> None:
    version = factories.make_draft(owner)
    extension = version.extension
    add_picture(extension, owner)
    add_picture(extension, owner, factories.picture(960, 540))
    icons.set_icon(extension=extension, by=owner, file=factories.picture(256, 256), address=None)
    assert len([name for name in media() if name.startswith("images/")]) == 3
    with django_capture_on_commit_callbacks(execute=True):
        publish.discard_draft(version=version, by=owner)
    assert not Image.objects.exists()
    assert media() == []


def test_an_icon_is_a_square_of_256_pixels(
    extension: Extension, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    from PIL import Image as Pillow

    from tests.site.stored import path_of

    def change(file: io.BytesIO) -> None:
        icons.set_icon(extension=extension, by=owner, file=file, address=None)

    for file, code in (
        (factories.picture(512, 500), "image.icon-not-square"),
        (factories.picture(128, 128), "image.icon-too-small"),
        (factories.picture(256, 256, "JPEG"), "image.unsupported-format"),
        (gif(), "image.unsupported-format"),
    ):
        with pytest.raises(InvalidInput) as caught:
            change(file)
        assert caught.value.code == code
    change(factories.picture(512, 512))
    first = Extension.objects.get().icon
    with Pillow.open(path_of(first)) as image:
        assert (image.size, image.format) == ((256, 256), "WEBP")
    with django_capture_on_commit_callbacks(execute=True):
        icons.remove_icon(extension=extension, by=owner)
    assert not path_of(first).exists()


def _change(extension: Extension, by: Any) -> list[Callable[[], Any]]:
    [cover, other] = keys(extension)
    return [
        lambda: add_picture(extension, by),
        lambda: actions.set_alt_texts(extension=extension, by=by, texts={cover: "Mine"}),
        lambda: order.reorder(extension=extension, by=by, order=[other, cover]),
        lambda: order.move(extension=extension, by=by, item=other, steps=-1),
        lambda: order.remove(extension=extension, by=by, item=other),
        lambda: icons.set_icon(
            extension=extension, by=by, file=factories.picture(256, 256), address=None
        ),
        lambda: icons.remove_icon(extension=extension, by=by),
    ]


def test_only_the_owner_of_an_extension_that_is_not_blocked_changes_its_gallery(
    approve: Approve, stranger: User, owner: User, moderator: User
) -> None:
    extension = approve().extension
    add_item(extension)
    before = keys(extension)
    for by in (stranger, moderator):
        for change in _change(extension, by):
            with pytest.raises(Refused):
                change()
    moderation.block_extension(extension=extension, by=moderator, reason="Harm")
    for change in _change(extension, owner):
        with pytest.raises(Refused):
            change()
    assert keys(extension) == before


def test_each_change_of_a_public_gallery_is_in_the_audit_log(approve: Approve, owner: User) -> None:
    extension = approve().extension
    add_item(extension)
    before = AuditEntry.objects.count()
    added, described, _, moved, removed, changed, _ = _change(extension, owner)
    for change in (added, described, moved, removed, changed):
        change()
    rows = AuditEntry.objects.order_by("pk")[before:]
    assert {row.action for row in rows} == {"media.changed"}
    assert [row.subject for row in rows] == [
        "Picture added",
        "Alt text changed",
        "Order changed",
        "Removed",
        "Icon changed",
    ]
    assert rows[1].text == "Mine"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x" * 301, "request.too-large"),
        ("A\0gear", "request.bad-value"),
        ("A \u202egear", "request.bad-value"),
        ("A\u200b\u200b gear", "request.bad-value"),
    ],
)
def test_an_invalid_alt_text_changes_none(
    extension: Extension, owner: User, text: str, code: str
) -> None:
    add_item(extension)
    cover, other = keys(extension)
    texts = {cover: '<b>Bold & "quoted"</b>', other: text}
    with pytest.raises(ExteryError) as caught:
        actions.set_alt_texts(extension=extension, by=owner, texts=texts)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.field) == (code, f"alt-{other}")
    assert Image.objects.get(pk=cover).alt_text == "A gear in the viewport"
    with pytest.raises(InvalidInput) as caught:
        actions.set_alt_texts(extension=extension, by=owner, texts={cover: " "})
    assert caught.value.code == "media.alt-text-missing"


def test_pictures_of_another_extension_are_out_of_reach(
    extension: Extension, owner: User, stranger: User
) -> None:
    other = factories.make_complete(stranger, id="other_tool").extension
    [theirs] = keys(other)
    for change in (
        lambda: order.remove(extension=extension, by=owner, item=theirs),
        lambda: actions.set_alt_texts(extension=extension, by=owner, texts={theirs: "Mine"}),
    ):
        with pytest.raises(NotFound):
            change()
    with pytest.raises(InvalidInput):
        order.reorder(extension=extension, by=owner, order=[theirs])


def test_a_deleted_image_takes_its_item_along(extension: Extension) -> None:
    item = add_item(extension)
    delete_image(item.image)
    assert not GalleryItem.objects.exists()
