"""Optimised images have the same pixels, the same bytes on every machine, and leave the source folder alone."""

from __future__ import annotations

import io
import random
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.author.build.execute import execute
from extery.author.build.images import MAX_PIXELS, is_plain_png, with_optimized_images
from extery.author.build.last_build import record_of
from extery.author.build.plan import plan_build
from extery.cli.app import extery
from extery.core.errors import InvalidInput
from tests.author.trees import make_source

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))


def image(mode: str, *, level: int = 1) -> bytes:
    """Return a PNG of this mode of Pillow that can be packed smaller."""
    picture = Image.new("RGBA", (96, 64))
    chance = random.Random(1)
    picture.putdata(
        [((x * 3) % 256, (y * 4) % 256, chance.randrange(4), 255 - x) for y in range(64) for x in range(96)]
    )  # fmt: skip
    file = io.BytesIO()
    converted = picture.convert("L").convert(mode) if mode == "I;16" else picture.convert(mode)
    converted.save(file, "PNG", compress_level=level)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *more: bytes) -> bytes:
    """Return an image of 8 bits and four channels from packed rows."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + header + b"".join(more) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def optimised(tmp_path: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files as they are in a package with optimised images."""
    source = make_source(tmp_path / "source")
    for name, data in files.items():
        (source / name).write_bytes(data)
    plan = with_optimized_images(plan_build(source, output_dir=tmp_path))
    [package] = execute(plan)
    with zipfile.ZipFile(package.path) as archive:
        return {name: archive.read(name) for name in files}


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "LA", "P", "1", "I;16"])
def test_an_image_is_smaller_and_has_the_same_kind_and_pixels(mode: str, tmp_path: Path) -> None:
    before = image(mode)

    after = optimised(tmp_path, {"gear.PNG": before})["gear.PNG"]

    assert len(after) < len(before)
    assert after[:33] == before[:33]  # size, depth, channels and interlacing
    old, new = Image.open(io.BytesIO(before)), Image.open(io.BytesIO(after))
    assert (new.mode, new.size) == (old.mode, old.size)
    assert new.tobytes() == old.tobytes()
    assert (tmp_path / "source" / "gear.PNG").read_bytes() == before


def test_chunks_about_colours_and_texts_stay(tmp_path: Path) -> None:
    rows = zlib.compress(b"".join(b"\0" + bytes([n % 7, 9, 9, 255] * 60) for n in range(60)), 1)
    more = (chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"tEXt", b"Author\0Ada"))
    before = png(60, 60, rows, *more)

    after = optimised(tmp_path, {"a.png": before})["a.png"]

    assert len(after) < len(before)
    assert all(item in after for item in more)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"no image at all" * 40,
        png(60, 60, b"damaged"),
        png(60, 60, zlib.compress(b"\0" * 99)),
        # Data for pixels that the header does not have.
        png(2, 2, zlib.compress(b"\0" * 30_000_000)),
        # A header for pixels that are not there.
        png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0" * 99)),
        png(60, 60, zlib.compress(b"\0" * 99), chunk(b"acTL", b"\0" * 8)),
        image("RGBA")[:-40],
    ],
)
def test_an_image_that_is_damaged_huge_or_animated_is_packed_as_it_is(
    data: bytes, tmp_path: Path
) -> None:
    assert optimised(tmp_path, {"a.png": data}) == {"a.png": data}


def test_the_size_of_pixels_is_bounded() -> None:
    side = int((MAX_PIXELS / 4) ** 0.5)

    assert is_plain_png(png(side - 1, side - 1, b""))
    assert not is_plain_png(png(side + 1, side + 1, b""))
    assert not is_plain_png(png(0, 5, b""))


def test_optimised_packages_are_the_same_with_and_without_the_last_build(tmp_path: Path) -> None:
    source = make_source(tmp_path / "source")
    for mode in ("RGBA", "RGB", "L"):
        (source / f"{mode}.png").write_bytes(image(mode))
    plan = plan_build(source, output_dir=tmp_path / "out")
    optimised = with_optimized_images(plan)
    record = record_of(plan.source)

    [plain] = execute(plan, record=record)
    [first] = execute(optimised, record=record)
    [second] = execute(optimised, record=record)
    [fresh] = execute(optimised)
    [plain_again] = execute(plan, record=record)

    assert first.sha256 == second.sha256 == fresh.sha256
    assert plain.sha256 == plain_again.sha256 != first.sha256
    assert (
        first.saved
        == second.saved
        == sum(member.size for member in plain.members)
        - sum(member.size for member in first.members)
        > 0
    )
    assert second.reused > first.reused


def test_the_command_says_how_much_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(tmp_path / "source")
    (source / "gear.png").write_bytes(image("RGBA"))
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(extery, ["build", "source", "--optimize-images"])

    assert result.exit_code == 0, result.output
    assert "  1 image optimised, " in result.stdout
    assert "smaller" in result.stdout


def test_a_missing_library_is_an_error_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "oxipng", None)
    plan = plan_build(make_source(tmp_path))

    with pytest.raises(InvalidInput) as caught:
        with_optimized_images(plan)

    assert caught.value.code == "build.images-missing"
    assert "pip install 'extery[images]'" in str(caught.value.problems[0].hint)
