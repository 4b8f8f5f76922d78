"""`extery wheels list`, `remove` and `check`: what is bundled, and whether it is what the index has."""

from __future__ import annotations

from pathlib import Path

from tests.author.trees import make_source
from tests.author.wheels.conftest import (
    MANIFEST,
    THREE,
    add,
    listed,
    names_in,
    run,
)
from tests.author.wheels.fake_index import (
    EVERYWHERE,
    PURE,
    FakeIndex,
    built_wheel,
    sha256,
)


def test_libraries_are_listed_and_removed(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", EVERYWHERE, requires=["teeth"])
    index.add("teeth", "1.0")
    add(source, "gearlib")

    shown = run("list", "--source-dir", source)
    assert "gearlib" in shown.output
    assert "3.11, 3.13" in shown.output
    assert "2 libraries, 7 wheels" in shown.output

    removed = run("remove", "GearLib", "--source-dir", source)
    assert removed.exit_code == 0
    assert "teeth was needed only by what was removed" in removed.output
    assert names_in(source) == ["teeth-1.0-py3-none-any.whl"]

    assert run("remove", "teeth", "--source-dir", source).exit_code == 0
    assert not (source / "wheels").exists()
    assert "wheels" not in (source / MANIFEST).read_text("utf-8")
    assert "the manifest lists no wheels" in run("remove", "teeth", "--source-dir", source).output


def test_a_file_outside_of_the_folder_is_never_removed(index: FakeIndex, tmp_path: Path) -> None:
    outside = tmp_path / "gearlib-1.0-py3-none-any.whl"
    outside.write_bytes(b"mine")
    source = make_source(tmp_path / "a", extra=f'{THREE}wheels = ["../{outside.name}"]\n')

    assert run("remove", "gearlib", "--source-dir", source).exit_code == 0
    assert outside.read_bytes() == b"mine"
    assert listed(source) == []


def test_wheels_that_equal_those_of_the_index_are_remembered(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", PURE)
    add(source, "gearlib")
    before = len(index.web.seen)

    first = run("check", "--source-dir", source)
    assert "Checked 1 wheel: 1 equal to the index." in first.output
    assert len(index.web.seen) == before + 1
    assert run("check", "--source-dir", source, "--offline").exit_code == 0
    assert run("check", "--source-dir", source).exit_code == 0
    assert len(index.web.seen) == before + 1


def test_a_wheel_that_was_changed_withdrawn_or_built_by_hand_is_told(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", PURE)
    index.add("teeth", "1.0", PURE)
    add(source, "gearlib", "teeth")
    index.files["teeth"][0]["yanked"] = "broken"
    index.write("teeth")
    wheel = source / "wheels/gearlib-1.0-py3-none-any.whl"
    changed = built_wheel("gearlib", "1.0", "py3-none-any", ["evil"])
    wheel.write_bytes(changed)
    result = run("check", "--source-dir", source)

    assert result.exit_code == 1
    assert "[library.changed]" in result.output
    assert sha256(changed)[:16] in result.output
    assert "[library.withdrawn]" in result.output

    offline = run("check", "--source-dir", source, "--offline")
    assert "was not compared with the index" in offline.output


def test_a_library_that_is_not_in_the_index_was_not_compared(
    index: FakeIndex, tmp_path: Path
) -> None:
    name = "wheels/gears-1.0-py3-none-any.whl"
    source = make_source(tmp_path / "a", name, extra=f'wheels = ["./{name}"]\n')

    result = run("check", "--source-dir", source)

    assert "[library.unverified]" in result.output
    assert result.exit_code == 0
    assert run("check", "--source-dir", source, "--strict").exit_code == 1
