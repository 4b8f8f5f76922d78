"""Uploaded images are checked, converted to WebP and scaled down."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image as Pillow

from extery.core.errors import InvalidInput
from extery_site.catalog import images, isolated_images
from extery_site.catalog.models import Image
from extery_site.files.layout import image_url
from extery_site.files.models import StoredFile
from extery_site.files.storage import StagedFile
from tests.fuzz.child import peak_of
from tests.site.catalog.stored_images import opened, store_image, stored
from tests.site.factories import picture
from tests.site.races import run_simultaneously
from tests.site.stored import path_of


def test_an_image_becomes_webp_and_a_task_makes_its_variants(
    run_tasks: Callable[[], int], media: Callable[[], list[str]]
) -> None:
    image, problems = store_image(picture(2560, 1440), alt_text=" A gear ")
    assert not problems
    assert len(media()) == 1
    assert run_tasks() == 1
    image.refresh_from_db()
    assert (image.width, image.height, image.alt_text) == (2560, 1440, "A gear")
    sizes = [opened(file).size for file in image.files]
    assert sizes == [(2560, 1440), (320, 180), (640, 360), (1280, 720), (1920, 1080)]
    assert media() == sorted(file.name for file in StoredFile.objects.all())
    assert {opened(file).format for file in StoredFile.objects.all()} == {"WEBP"}


def test_until_there_are_variants_pages_show_the_full_image(run_tasks: Callable[[], int]) -> None:
    image, _ = store_image(picture())
    assert image.small_url == image.large_url == image_url(image.file_id)
    run_tasks()
    image.refresh_from_db()
    assert len({image.small_url, image.large_url, image_url(image.file_id)}) == 3


def test_the_variants_are_made_once(
    run_tasks: Callable[[], int], media: Callable[[], list[str]]
) -> None:
    image = stored(run_tasks)
    files = media()
    images.make_variants.enqueue(image.pk)
    assert run_tasks() == 1
    assert media() == files


def test_an_image_that_is_deleted_before_its_variants_leaves_nothing(
    run_tasks: Callable[[], int],
    media: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    image, _ = store_image(picture())
    with django_capture_on_commit_callbacks(execute=True):
        images.delete_image(image)
    assert run_tasks() == 1
    assert media() == []

    image, _ = store_image(picture())
    encode = isolated_images._encode_webp

    def delete_meanwhile(*arguments: Any, **options: Any) -> Any:
        Image.objects.all().delete()
        return encode(*arguments, **options)

    monkeypatch.setattr(isolated_images, "_encode_webp", delete_meanwhile)
    assert run_tasks() == 1
    assert media() == [image.file.name]  # only the row of the image was deleted here


def test_variants_that_cannot_be_recorded_leave_no_files(
    run_tasks: Callable[[], int], media: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    image, _ = store_image(picture())
    store = StagedFile.store

    def fail_for_the_second(stage: StagedFile) -> StoredFile:
        if len([name for name in media() if name.startswith("images/")]) == 2:
            raise OSError("disk full")
        return store(stage)

    with monkeypatch.context() as patched:
        patched.setattr(StagedFile, "store", fail_for_the_second)
        with pytest.raises(AssertionError, match="disk full"):
            run_tasks()
    assert media() == [image.file.name]
    image.refresh_from_db()
    assert not image.has_variants


def test_a_small_image_is_not_enlarged(run_tasks: Callable[[], int]) -> None:
    image = stored(run_tasks, 960, 540)
    assert opened(image.large).size == (960, 540)


def test_image_metadata_is_removed(db: None) -> None:
    exif = Pillow.Exif()
    exif[0x010E] = "secret"
    exif.get_ifd(0x8825)[1] = "N"
    image, _ = store_image(picture(1920, 1080, "JPEG", exif=exif))
    assert b"secret" not in path_of(image.file).read_bytes()
    assert not opened(image.file).getexif()


@pytest.mark.parametrize(
    "secret",
    [
        b"PK\x03\x04\x14 archive",
        b"<script>alert(1)</script>",
        b"/*\n*/alert(1)//",
        b"\0" * 99 + b"GIF89a",
    ],
)
def test_what_follows_or_hides_in_an_image_is_not_stored(secret: bytes, db: None) -> None:
    text = b"tEXt" + b"Comment\0" + secret
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    png = picture(960, 540).getvalue()
    polyglot = png[:33] + chunk + png[33:] + secret
    image, _ = store_image(io.BytesIO(polyglot))
    assert secret not in path_of(image.file).read_bytes()


@pytest.mark.parametrize(
    ("size", "code", "words"),
    [
        ((1280, 720), "image.cover-too-small", "1280 × 720 pixels; the cover needs 1920 × 1080"),
        ((1920, 1200), "image.cover-not-16-9", "1920 × 1200 pixels; the cover needs 16:9"),
        ((2400, 1080), "image.cover-not-16-9", "2400 × 1080 pixels"),
        ((500, 500), "image.cover-too-small", "500 × 500 pixels"),
    ],
)
def test_a_cover_has_a_size_of_its_own(size: tuple[int, int], code: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught, images.uploaded_image(picture(*size), "cover"):
        pass
    assert caught.value.code == code
    assert words in caught.value.problems[0].message


def test_a_gif_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidInput) as caught:
        store_image(picture(format_="GIF"))
    [problem] = caught.value.problems
    assert "cannot be paused" in problem.message
    assert "MP4 or WebM" in problem.hint


def test_a_browser_chooses_among_the_sizes(run_tasks: Callable[[], int]) -> None:
    image = stored(run_tasks, 1500, 844)
    assert [width for _, width in image.sources] == [320, 640, 1280, 1500]
    assert image.srcset.count(" 320w, ") == 1
    image.thumb = image.small = image.medium = image.large = None
    assert image.sources == [(image_url(image.file_id), 1500)]


def test_missing_sizes_of_an_older_release_are_made(
    run_tasks: Callable[[], int],
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    image, twin = stored(run_tasks, 960, 540), stored(run_tasks, 960, 540)
    before = media()
    Image.objects.update(thumb=None, medium=None)
    output = io.StringIO()
    call_command("make_image_variants", stdout=output)
    assert output.getvalue() == "Enqueued 1 of 1 images without all sizes.\n"
    with django_capture_on_commit_callbacks(execute=True):
        assert run_tasks() == 1
    twin.refresh_from_db()
    image.refresh_from_db()
    assert image.has_variants
    assert twin.has_variants
    assert media() == before
    call_command("make_image_variants", stdout=output)
    assert run_tasks() == 0


def test_exif_orientation_is_applied(db: None) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image, _ = store_image(picture(1000, 2000, "JPEG", exif=exif))
    assert (image.width, image.height) == (2000, 1000)


def test_transparency_is_kept(run_tasks: Callable[[], int]) -> None:
    buffer = io.BytesIO()
    Pillow.new("RGBA", (1920, 1080), (0, 0, 0, 0)).save(buffer, "PNG")
    image, _ = store_image(buffer)
    run_tasks()
    image.refresh_from_db()
    assert opened(image.small).mode == "RGBA"


def _animated() -> io.BytesIO:
    buffer = io.BytesIO()
    frames = [Pillow.new("RGB", (1920, 1080), color) for color in ("red", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return buffer


def _animated_png() -> io.BytesIO:
    buffer = io.BytesIO()
    frames = [Pillow.new("RGB", (960, 540), color) for color in ("red", "blue")]
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return buffer


def _odd_exif() -> bytes:
    """Return EXIF data with a rotation, and text in place of the width."""
    orientation = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    width = struct.pack(">HHI", 0x0100, 2, 2) + b"a\0\0\0"
    entries = struct.pack(">H", 2) + width + orientation + bytes(4)
    return b"Exif\0\0MM\0*\0\0\0\x08" + entries


def _announcing(width: int, height: int) -> io.BytesIO:
    """Return a small PNG whose header declares this size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    small = picture().getvalue()
    return io.BytesIO(
        small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[12 + len(header) + 4 :]
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: io.BytesIO(b"not an image"), "image.not-image"),
        (lambda: io.BytesIO(), "image.not-image"),
        (lambda: io.BytesIO(picture().getvalue()[:2000]), "image.not-image"),
        (lambda: picture(format_="GIF"), "image.unsupported-format"),
        (lambda: picture(format_="BMP"), "image.unsupported-format"),
        (_animated, "image.unsupported-format"),
        (_animated_png, "image.unsupported-format"),
        (lambda: io.BytesIO(b"<html><script>alert(1)</script></html>"), "image.not-image"),
        (lambda: io.BytesIO(b"%PDF-1.7"), "image.not-image"),
        (lambda: picture(format_="JPEG", exif=_odd_exif()), "image.not-image"),
        (lambda: picture(959, 540), "image.too-small"),
        (lambda: picture(1920, 500), "image.too-small"),
        (lambda: picture(10_000, 5_625, "PNG"), "image.too-large"),
        (lambda: _announcing(20_000, 20_000), "image.too-large"),
        (lambda: _announcing(2**31 - 1, 2**31 - 1), "image.too-large"),
        (lambda: picture(960, 16_384), "image.too-large"),
        (lambda: picture(16_384, 960), "image.too-large"),
        (lambda: picture(5136, 2889), "image.too-large"),
    ],
)
def test_an_invalid_image_is_reported_and_not_stored(
    make: Callable[[], io.BytesIO], code: str, db: None, media: Callable[[], list[str]]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        store_image(make())
    assert caught.value.code == code
    assert caught.value.problems[0].where.field == "image"
    assert not Image.objects.exists()
    assert media() == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: picture(format_="BMP"), "the image format is BMP"),
        (_animated, "the image is an animated WEBP"),
        (lambda: picture(959, 540), "the image has 959 × 540 pixels"),
        (lambda: picture(16_384, 960), "the image has 16384 × 960 pixels, which is too many"),
        (lambda: _announcing(2**31 - 1, 2**31 - 1), "the image has too many pixels"),
    ],
)
def test_the_message_names_the_format_or_the_size(
    make: Callable[[], io.BytesIO], message: str, db: None
) -> None:
    with pytest.raises(InvalidInput) as caught:
        store_image(make())
    assert caught.value.problems[0].message == message


def test_svg_images_are_refused(db: None) -> None:
    svg = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    with pytest.raises(InvalidInput) as caught:
        store_image(svg)
    assert caught.value.code == "image.not-image"


def test_a_file_over_the_limit_is_not_decoded(db: None, settings: Any) -> None:
    settings.EXTERY_MAX_IMAGE = 1000
    with pytest.raises(InvalidInput) as caught:
        store_image(picture())
    assert caught.value.code == "image.too-large"
    assert "1.0 KB" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
@pytest.mark.parametrize(
    ("format_", "mode", "options"),
    [
        ("PNG", "RGBA", {}),
        ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
        ("WEBP", "RGBA", {"method": 0}),
    ],
)
def test_the_largest_image_takes_less_than_300_megabytes(
    tmp_path: Path, format_: str, mode: str, options: dict[str, Any]
) -> None:
    script = (
        "import sys\n"
        "from extery_site.catalog import isolated_images\n"
        "with open(sys.argv[1], 'rb') as file: isolated_images.convert(file)\n"
    )
    peaks = []
    for name, size in (("small", isolated_images.MIN_SIZE), ("large", (5120, 2880))):
        assert size[0] * size[1] <= isolated_images.MAX_PIXELS
        path = tmp_path / name
        Pillow.new(mode, size).save(path, format_, **options)
        peaks.append(peak_of(script, str(path), EXTERY_DATA=str(tmp_path / "data")))
    assert peaks[1] - peaks[0] < 300_000_000


def test_images_are_decoded_one_at_a_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    decoding, most = [0], [0]
    decode = isolated_images.open_image

    def count(file: BinaryIO, purpose: Any) -> Any:
        decoding[0] += 1
        most[0] = max(most[0], decoding[0])
        try:
            return decode(file, purpose)
        finally:
            decoding[0] -= 1

    monkeypatch.setattr(isolated_images, "open_image", count)

    def convert() -> None:
        with images.uploaded_image(picture()):
            pass

    run_simultaneously(*[convert] * 4)
    assert most == [1]


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        ((1920, 1080), []),
        ((1280, 720), ["image.below-recommended-size"]),
        ((1920, 1200), ["image.not-16-9"]),
        ((1000, 1000), ["image.below-recommended-size", "image.not-16-9"]),
    ],
)
def test_an_image_below_the_recommended_size_gets_a_warning(
    size: tuple[int, int], codes: list[str], db: None
) -> None:
    _, problems = store_image(picture(*size))
    assert [problem.code for problem in problems] == codes
    assert not problems.errors


def test_a_file_shared_by_two_images_is_kept_until_both_are_deleted(
    run_tasks: Callable[[], int],
    media: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    first, second = stored(run_tasks), stored(run_tasks)
    assert first.small == second.small
    with django_capture_on_commit_callbacks(execute=True):
        images.delete_image(first)
    assert len(media()) == 5
    with django_capture_on_commit_callbacks(execute=True):
        images.delete_image(second)
    assert media() == []


def test_images_are_cached_for_minutes_and_packages_are_not_served_as_media(
    client: Client, approve: Callable[..., Any], run_tasks: Callable[[], int]
) -> None:
    image = stored(run_tasks)
    response = client.get(image.small_url)
    assert b"".join(response.streaming_content).startswith(b"RIFF")
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable, s-maxage=600"
    package = approve().packages.get()
    assert client.get(f"/media/{package.file.name}").status_code == 404
    assert client.get(f"/media/images/aa/{'0' * 64}.webp").status_code == 404
    assert client.get("/media/images/../db.sqlite3").status_code == 404
