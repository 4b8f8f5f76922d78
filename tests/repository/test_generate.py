"""`generate`: the files that it writes, when, and that readers see complete files only."""

import json
import threading
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from extery.core.codes import all_codes
from extery.core.errors import Conflict, InvalidInput, Unavailable
from extery.listing.entries import parse_listing
from extery.repository.config.repository_config import CONFIG_FILENAME
from extery.repository.generate import generate
from tests.repository.packages import put
from tests.samples.packages import packed


def test_the_listing_of_a_folder_can_be_parsed_by_clients(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", platforms=["linux-x64"], tags=["Mesh"])
    put(tmp_path, "b.zip", extension_id="dusk", kind="theme")

    done = generate(tmp_path)

    listing = parse_listing((tmp_path / "index.json").read_bytes())
    assert listing.data == done.entries
    assert [item["id"] for item in listing.data] == ["dusk", "gear_tool"]
    assert done.written == [tmp_path / "index.json", tmp_path / "index.json.gz"]
    assert not done.problems


def test_the_listing_is_compact_json(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")

    generate(tmp_path)

    text = (tmp_path / "index.json").read_text("ascii")
    document = json.loads(text)
    assert list(document) == ["version", "blocklist", "data"]
    assert text == json.dumps(document, separators=(",", ":"))


def test_the_listing_of_an_empty_folder_is_empty(tmp_path: Path) -> None:
    generate(tmp_path)

    document = {"version": "v1", "blocklist": [], "data": []}
    assert json.loads((tmp_path / "index.json").read_text()) == document


def test_blocks_are_read_from_the_configuration(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / CONFIG_FILENAME).write_text(
        'schema_version = "1.0.0"\n[[blocklist]]\nid = "gear_tool"\nreason = "Deletes presets"\n'
    )

    generate(tmp_path, html=True)

    listing = parse_listing((tmp_path / "index.json").read_bytes())
    assert listing.blocked == {"gear_tool": "Deletes presets"}
    assert "Blocked: Deletes presets" in (tmp_path / "index.html").read_text()


def test_bad_packages_are_reported_and_the_others_listed(tmp_path: Path) -> None:
    put(tmp_path, "good.zip")
    put(tmp_path, "bad.zip", name="")
    (tmp_path / "worse.zip").write_text("no zip")

    done = generate(tmp_path)

    assert [item["archive_url"] for item in done.entries] == ["./good.zip"]
    assert [problem.code for problem in done.problems] == ["manifest.name.empty", "package.not-zip"]


def test_a_strict_run_writes_nothing_if_a_package_is_bad(tmp_path: Path) -> None:
    put(tmp_path, "good.zip")
    (tmp_path / "bad.zip").touch()

    with pytest.raises(InvalidInput) as caught:
        generate(tmp_path, html=True, strict=True)

    assert [problem.code for problem in caught.value.problems] == ["package.empty"]
    assert not (tmp_path / "index.json").exists()


@pytest.mark.parametrize("broken", [CONFIG_FILENAME, "mine.html"])
def test_an_invalid_configuration_or_template_writes_no_files(tmp_path: Path, broken: str) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / broken).write_text("$wrong")
    template = tmp_path / "mine.html" if broken == "mine.html" else None

    with pytest.raises(InvalidInput):
        generate(tmp_path, html=True, template=template)

    assert not (tmp_path / "index.json").exists()
    assert not (tmp_path / "index.html").exists()


def test_unchanged_files_are_not_written(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    generate(tmp_path, html=True)
    before = (tmp_path / "index.json").stat().st_mtime_ns

    again = generate(tmp_path, html=True)
    assert list(again.written) == []
    assert (tmp_path / "index.json").stat().st_mtime_ns == before

    put(tmp_path, "b.zip", extension_id="other_tool")
    assert generate(tmp_path, html=True).written == [
        tmp_path / "index.json",
        tmp_path / "index.json.gz",
        tmp_path / "index.html",
    ]


def test_the_same_packages_give_the_same_bytes_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    # Made once: a zip has the time of its making, to two seconds.
    packages = {
        name: put(tmp_path, f"{name}.zip", extension_id=f"{name}_tool").read_bytes()
        for name in ("a", "b", "c")
    }
    texts = set()
    for names in (["a", "b", "c"], ["c", "b", "a"]):
        folder = tmp_path / "".join(names)
        folder.mkdir()
        for name in names:
            (folder / f"{name}.zip").write_bytes(packages[name])
        generate(folder, html=True)
        texts.add((folder / "index.json").read_bytes() + (folder / "index.html").read_bytes())

    assert len(texts) == 1


def test_no_temporary_files_are_left(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")

    generate(tmp_path, html=True)

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".extery", "a.zip", "index.html", "index.json", "index.json.gz"]
    assert sorted(path.name for path in (tmp_path / ".extery").iterdir()) == ["lock", "state.json"]


def test_a_file_that_cannot_be_written_is_reported_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path)
    before = (tmp_path / "index.json").read_bytes()
    put(tmp_path, "a.zip")

    def refuse(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(Unavailable, match="cannot be written: No space left") as caught:
        generate(tmp_path)

    assert caught.value.code == "generate.unwritable"
    assert (tmp_path / "index.json").read_bytes() == before


def test_a_reader_never_sees_an_incomplete_listing(tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    put(tmp_path, "one.zip", blender_version_max="5.0.0")
    generate(tmp_path)
    seen: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(len(parse_listing((tmp_path / "index.json").read_bytes()).data))

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        for _ in range(50):
            one.rename(other)
            put(tmp_path, "one.zip", version="2.0.0", blender_version_min="5.0.0")
            generate(tmp_path)
            other.unlink()
            generate(tmp_path)
    finally:
        done.set()
        reader.join()

    assert set(seen) <= {1, 2}
    assert len(seen) > 10


def test_other_bytes_of_a_listed_version_are_a_problem_of_that_run_only(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    generate(tmp_path)
    put(tmp_path, "a.zip", tagline="Cuts gears")

    [problem] = generate(tmp_path).problems
    assert (problem.code, problem.severity) == ("generate.package-replaced", "warning")
    assert not generate(tmp_path).problems


def test_a_page_of_another_origin_stays(tmp_path: Path) -> None:
    put(tmp_path, "a.zip")
    (tmp_path / "index.html").write_text("Home of Ada")

    with pytest.raises(Conflict) as caught:
        generate(tmp_path, html=True)
    assert caught.value.code == "generate.page-not-owned"
    assert generate(tmp_path, html=True, force=True).written


def test_every_code_of_a_repository_is_tested() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))

    codes = [code for code in all_codes() if code.startswith("generate.")]
    assert [code for code in codes if f'"{code}"' not in tests] == []


def test_a_missing_version_has_the_place_at_which_it_is_asked_for_once(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\n[pinned]\ngear_tool = "9.0.0"\n[channels.beta]\nprereleases = true\n'
        '[channels.own]\nonly = ["nix"]\n[channels.two]\npinned = {gear_tool = "3.0.0"}\n'
    )
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / "shot.toml").write_text('nix = "*"\n')

    missing = [
        problem.where.path
        for problem in generate(tmp_path).problems
        if problem.code == "generate.version-missing"
    ]

    assert missing == [
        ("pinned", "gear_tool"),
        ("channels", "own", "only"),
        ("channels", "two", "pinned", "gear_tool"),
        ("nix",),
    ]


def test_packages_that_harm_others_are_listed_on_request_only(tmp_path: Path) -> None:
    wheel = "./wheels/gears-2.0-py3-none-any.whl"
    harmful = put(tmp_path, "a.zip", wheels=[wheel])
    names = {"gears-2.0.dist-info/": "gears-1.0.dist-info/"}
    replace_in_wheel(harmful, wheel.removeprefix("./"), names)

    assert [len(generate(tmp_path, with_harmful=choice).entries) for choice in (True, False)] == [
        1,
        0,
    ]
    assert "wheel.dist-info" in [problem.code for problem in generate(tmp_path).problems]


def replace_in_wheel(package: Path, wheel: str, names: dict[str, str]) -> None:
    """Rename the files of a wheel in a package."""
    with zipfile.ZipFile(package) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(BytesIO(members[wheel])) as archive:
        inner = {name: archive.read(name) for name in archive.namelist()}
    for old, new in names.items():
        inner = {name.replace(old, new): data for name, data in inner.items()}
    members[wheel] = packed(*inner.items())
    package.write_bytes(packed(*members.items()))
