"""`extery wheels add` bundles what every platform and Python of the manifest needs, or changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extery.author.folder_lock import folder_lock
from extery.author.validate import check_folder
from extery.author.wheels import execute
from tests.author.trees import make_source
from tests.author.wheels.conftest import (
    MANIFEST,
    add,
    codes,
    error_of,
    listed,
    names_in,
    run,
    snapshot,
)
from tests.author.wheels.fake_index import (
    EVERYWHERE,
    ONLY_311,
    ONLY_313,
    FakeIndex,
)


def test_every_platform_and_python_gets_a_wheel_of_the_newest_version(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    index.add("gearlib", "2.0", EVERYWHERE)

    document = add(source, "gearlib")

    assert names_in(source) == sorted(f"gearlib-2.0-{tag}.whl" for tag in EVERYWHERE)
    assert sorted(listed(source)) == sorted(f"./wheels/{name}" for name in names_in(source))
    assert codes(document) == []
    assert list(check_folder(source).problems) == []


def test_what_a_library_needs_is_added_for_the_systems_that_need_it(
    index: FakeIndex, source: Path
) -> None:
    requires = [
        "teeth>=1",
        "wincogs; sys_platform == 'win32'",
        "oldcogs; python_version < '3.12'",
        "testcogs; extra == 'test'",
    ]
    index.add("gearlib", "1.0", requires=requires)
    index.add("teeth", "1.5")
    index.add("wincogs", "1.0", ["cp311-cp311-win_amd64", "cp313-cp313-win_amd64"])
    index.add("oldcogs", "1.0", ONLY_311)

    document = add(source, "gearlib")

    libraries = {wheel["library"] for wheel in document["wheels"]}
    assert libraries == {"gearlib", "teeth", "wincogs", "oldcogs"}
    assert [name for name in names_in(source) if name.startswith("oldcogs")] == sorted(
        f"oldcogs-1.0-{tag}.whl" for tag in ONLY_311
    )


def test_extras_are_followed(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", requires=["teeth; extra == 'fast'"])
    index.add("teeth", "1.0")

    add(source, "gearlib[fast]")

    assert names_in(source) == ["gearlib-1.0-py3-none-any.whl", "teeth-1.0-py3-none-any.whl"]


def test_an_older_version_is_taken_if_the_newest_lacks_wheels(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    index.add("gearlib", "2.0", ONLY_311)

    document = add(source, "gearlib")

    assert {wheel["version"] for wheel in document["wheels"]} == {"1.0"}
    [problem] = document["problems"]
    assert problem["code"] == "library.passed-over"
    assert "Python 3.13 on linux-x64, macos-arm64 and windows-x64" in problem["message"]


def test_each_python_gets_its_own_version_if_no_version_is_for_both(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", ONLY_311)
    index.add("gearlib", "2.0", ONLY_313)

    document = add(source, "gearlib")

    assert codes(document) == ["library.split"]
    assert names_in(source) == sorted(
        [*(f"gearlib-1.0-{tag}.whl" for tag in ONLY_311), *(f"gearlib-2.0-{tag}.whl" for tag in ONLY_313)]
    )  # fmt: skip


def test_requirements_that_exclude_each_other_are_solved_with_older_versions(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "2.0", requires=["teeth>=2"])
    index.add("gearlib", "1.0", requires=["teeth>=1"])
    index.add("cogs", "1.0", requires=["teeth<2"])
    index.add("teeth", "1.0")
    index.add("teeth", "2.0")

    add(source, "gearlib", "cogs")

    assert "gearlib-1.0-py3-none-any.whl" in names_in(source)
    assert "teeth-1.0-py3-none-any.whl" in names_in(source)


def test_macs_with_intel_processors_get_wheels_if_there_are_any(
    index: FakeIndex, tmp_path: Path
) -> None:
    source = make_source(tmp_path / "everywhere")
    index.add("gearlib", "1.0", [*EVERYWHERE, "cp311-cp311-macosx_10_9_x86_64"])
    index.add("teeth", "1.0", EVERYWHERE)

    document = add(source, "gearlib", "teeth")

    assert "gearlib-1.0-cp311-cp311-macosx_10_9_x86_64.whl" in names_in(source)
    [problem] = document["problems"]
    assert problem["code"] == "library.optional"
    assert problem["message"] == "teeth has no wheel for Python 3.11 on macos-x64"


def test_libraries_that_blender_ships_are_not_bundled(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", requires=["numpy>=1.20"])
    index.add("gearlib", "2.0", requires=["numpy>=2"])  # Blender 4.2 has 1.24.3

    document = add(source, "gearlib")

    assert names_in(source) == ["gearlib-1.0-py3-none-any.whl"]
    assert "1.24.3 (Blender 4.2)" in document["shipped"]["numpy"]


def test_a_named_library_of_blender_is_added_only_on_request(
    index: FakeIndex, source: Path
) -> None:
    index.add("requests", "2.33.0")

    document = add(source, "requests")
    assert codes(document) == ["library.shipped"]
    assert "2.27.1 (Blender 4.2)" in document["problems"][0]["message"]
    assert listed(source) == []

    document = add(source, "requests", "--with-shipped")
    assert names_in(source) == ["requests-2.33.0-py3-none-any.whl"]
    assert codes(document) == ["wheel.shipped"]


def test_the_manifest_keeps_comments_order_and_line_ends(index: FakeIndex, tmp_path: Path) -> None:
    source = make_source(tmp_path / "a", "wheels/cogs-1.0-py3-none-any.whl", manifest=b"")
    text = (
        '# my manifest\r\nschema_version = "1.0.0"\r\nid = "gear_tool"  # never change\r\nversion = "1.2.3"\r\n'
        'name = "Gear Tool"\r\ntagline = "Make gears"\r\nmaintainer = "Ada Smith"\r\ntype = "add-on"\r\n'
        'license = ["SPDX:GPL-3.0-or-later"]\r\nblender_version_min = "4.2.0"\r\nwheels = [\r\n'
        '  # by hand\r\n  "./wheels/cogs-1.0-py3-none-any.whl",  # pure\r\n]\r\n\r\n# why\r\n[permissions]\r\n'
        'files = "Read gears"\r\n'
    )  # fmt: skip
    (source / MANIFEST).write_bytes(text.encode())
    index.add("gearlib", "1.0")

    add(source, "gearlib")

    changed = (source / MANIFEST).read_bytes().decode()
    line = '  "./wheels/gearlib-1.0-py3-none-any.whl",\r\n'
    assert changed == text.replace("# pure\r\n", f"# pure\r\n{line}")


def test_a_new_version_replaces_the_old_wheels(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    add(source, "gearlib")
    index.add("gearlib", "2.0")

    document = add(source, "gearlib")

    assert names_in(source) == ["gearlib-2.0-py3-none-any.whl"]
    assert listed(source) == ["./wheels/gearlib-2.0-py3-none-any.whl"]
    assert len(document["removed"]) == 6


def test_a_version_that_is_bundled_stays_if_it_is_allowed(index: FakeIndex, source: Path) -> None:
    index.add("teeth", "1.0")
    add(source, "teeth")
    index.add("teeth", "1.1")
    index.add("gearlib", "1.0", requires=["teeth"])

    add(source, "gearlib")

    assert names_in(source) == ["gearlib-1.0-py3-none-any.whl", "teeth-1.0-py3-none-any.whl"]


def test_a_version_that_another_bundled_library_excludes_is_refused(
    index: FakeIndex, source: Path
) -> None:
    index.add("cogs", "1.0", requires=["teeth<2"])
    index.add("teeth", "1.0")
    index.add("teeth", "2.0")
    add(source, "cogs")

    assert "cogs 1.0 needs teeth<2" in error_of(source, "teeth==2.0")


def test_a_damaged_wheel_is_mended_by_the_command_of_its_problem(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0")
    add(source, "gearlib")
    (source / "wheels/gearlib-1.0-py3-none-any.whl").write_bytes(b"PK")
    [problem] = check_folder(source).problems
    assert problem.hint == "download it again: extery wheels add gearlib==1.0"

    document = add(source, "gearlib==1.0")

    assert [wheel["downloaded"] for wheel in document["wheels"]] == [True]
    assert list(check_folder(source).problems) == []


def test_adding_again_downloads_and_changes_nothing(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    add(source, "gearlib")
    before, requests = snapshot(source), len(index.web.seen)

    result = run("add", "gearlib", "--source-dir", source)

    assert "Nothing to change." in result.output
    assert snapshot(source) == before
    assert not [seen for seen in index.web.seen[requests:] if seen.path.endswith(".whl")]


def test_a_dry_run_changes_nothing(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0")
    before = snapshot(source)

    result = run("add", "gearlib", "--dry-run", "--source-dir", source)

    assert "+  724 bytes  gearlib-1.0-py3-none-any.whl" in result.output
    assert "Would add 1 wheel of gearlib" in result.output
    assert snapshot(source) == before


def test_options_restrict_platforms_and_blenders_and_keep_the_other_wheels(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    add(source, "gearlib")
    index.add("gearlib", "2.0", EVERYWHERE)

    add(source, "gearlib", "--platform", "linux-x64", "--blender", "4.5")

    changed = [name for name in names_in(source) if "-2.0-" in name]
    assert changed == ["gearlib-2.0-cp311-cp311-manylinux_2_17_x86_64.whl"]
    assert len(names_in(source)) == 6


def test_wheels_for_one_platform_are_a_reason_to_list_platforms(
    index: FakeIndex, tmp_path: Path
) -> None:
    source = make_source(tmp_path / "everywhere")
    index.add("gearlib", "1.0", EVERYWHERE)
    index.add("teeth", "1.0")

    some = run("add", "gearlib", "teeth", "--platform", "linux-x64", "--source-dir", source)
    every = run("add", "gearlib", "--source-dir", source)

    assert 'if it needs these wheels: platforms = ["linux-x64"]' in some.output
    assert "lists no platforms" not in every.output


def test_old_pages_of_html_are_read(index: FakeIndex, source: Path) -> None:
    index.as_html = True
    index.add("gearlib", "1.0", EVERYWHERE, with_metadata=False, requires=["teeth"])
    index.add("gearlib", "2.0", yanked=True)
    index.add("gearlib", "3.0", **{"requires-python": ">=3.14"})
    index.add("teeth", "1.0")

    document = add(source, "gearlib")

    assert {wheel["version"] for wheel in document["wheels"]} == {"1.0"}
    assert "teeth-1.0-py3-none-any.whl" in names_in(source)


def test_the_dependencies_of_a_project_are_added(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0")
    index.add("gearlib", "2.0")
    project = source.parent / "pyproject.toml"
    project.write_text('[project]\nname = "x"\ndependencies = ["gearlib<2"]\n')

    add(source, "--from", project)

    assert names_in(source) == ["gearlib-1.0-py3-none-any.whl"]


def test_the_versions_of_a_lock_file_are_added(index: FakeIndex, source: Path) -> None:
    for version in ("1.0", "2.0"):
        index.add("gearlib", version, requires=["teeth"])
        index.add("teeth", version)
    lock = source.parent / "uv.lock"
    lock.write_text(
        'version = 1\n[[package]]\nname = "my-addon"\nversion = "0"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "gearlib" }]\n'
        '[[package]]\nname = "gearlib"\nversion = "1.0"\nsource = { registry = "x" }\n'
        'dependencies = [{ name = "teeth" }]\n'
        '[[package]]\nname = "teeth"\nversion = "1.0"\nsource = { registry = "x" }\n'
    )

    add(source, "--from", lock)

    assert names_in(source) == ["gearlib-1.0-py3-none-any.whl", "teeth-1.0-py3-none-any.whl"]


def test_a_locked_library_that_is_not_from_an_index_is_not_looked_up_there(
    index: FakeIndex, source: Path
) -> None:
    index.add("gearlib", "6.6")
    lock = source.parent / "uv.lock"
    lock.write_text(
        '[[package]]\nname = "my-addon"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "gearlib" }]\n'
        '[[package]]\nname = "gearlib"\nversion = "1.0"\nsource = { git = "https://example.org/gearlib" }\n'
    )

    assert "gearlib from a folder or a repository" in error_of(source, "--from", str(lock))
    assert index.web.seen == []


def test_a_lock_file_with_a_version_for_each_python_is_read(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0", ONLY_311)
    index.add("gearlib", "2.0", ONLY_313)
    lock = source.parent / "uv.lock"
    lock.write_text(
        '[[package]]\nname = "my-addon"\nsource = { editable = "." }\ndependencies = [\n'
        '{ name = "gearlib", version = "1.0", marker = "python_full_version < \'3.12\'" },\n'
        '{ name = "gearlib", version = "2.0", marker = "python_full_version >= \'3.12\'" },\n]\n'
        + "".join(
            f'[[package]]\nname = "gearlib"\nversion = "{version}"\nsource = {{ registry = "x" }}\n'
            for version in ("1.0", "2.0")
        )
    )

    document = add(source, "--from", lock)

    assert len(document["wheels"]) == 6
    assert codes(document) == ["library.split"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project]\n", "has no dependencies"),
        ("[tool.other]\n", "neither a pyproject.toml nor a uv.lock"),
        ("[", "cannot be read"),
        ("package = [3]\n", "neither a pyproject.toml nor a uv.lock"),
    ],
)
def test_a_file_without_dependencies_is_told(
    index: FakeIndex, source: Path, text: str, words: str
) -> None:
    file = source.parent / "pyproject.toml"
    file.write_text(text)

    assert words in error_of(source, "--from", str(file))


def test_of_two_commands_at_once_the_second_changes_nothing(
    index: FakeIndex, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("gearlib", "1.0", EVERYWHERE)
    index.add("cogs", "1.0", EVERYWHERE)
    after_first: dict[str, bytes] = {}

    @contextmanager
    def lock_after_the_other(folder: Path) -> Iterator[None]:
        monkeypatch.setattr(execute, "folder_lock", folder_lock)
        add(source, "gearlib", "cogs")
        after_first.update(snapshot(source))
        with folder_lock(folder):
            yield

    monkeypatch.setattr(execute, "folder_lock", lock_after_the_other)

    result = run("add", "gearlib", "--source-dir", source)

    assert result.exit_code == 1
    assert "blender_manifest.toml was changed while the wheels were downloaded" in result.output
    assert snapshot(source) == after_first
    assert len(names_in(source)) == 2 * len(EVERYWHERE)
