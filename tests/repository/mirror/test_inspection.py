"""Mirror and check of packages that match their hash and break rules."""

from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.errors import Corrupt, Unavailable
from extery.fetch import Fetcher
from extery.repository.check import check_repository
from extery.repository.mirror import inspection
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.run import MirrorOptions, mirror, plan_only
from extery.rules import REVISION
from tests.fetch.conftest import QUICK
from tests.fetch.web import status
from tests.repository.hosted import ON_A_REAL_SERVER, Repository, listed_entries, visible
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, add_on, packed

BAD = [
    *("package.not-zip", "package.truncated", "package.damaged-member", "package.encrypted"),
    *("package.manifest-missing", "package.unicode-path", "package.header-mismatch"),
    *("package.stream-size", "package.duplicate-member", "package.symlink"),
    *("path.ambiguous", "path.case-collision", "path.unsafe", "wheel.unreadable", "wheel.dist-info"),
]  # fmt: skip

NO_PROBLEMS = inspection.Inspection((), ())


@pytest.mark.parametrize("code", BAD)
def test_a_bad_package_is_left_out_and_the_others_are_mirrored(
    repository: Repository, folder: Path, fetcher: Fetcher, code: str
) -> None:
    repository.add("good.zip", extension_id="good")
    repository.add_bytes("bad.zip", PACKAGES[code]())

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert done.is_complete
    assert [problem.code for problem in done.problems] == [code]
    assert [name.partition("-")[0] for name in done.refused] == ["gear_tool"]
    assert [item["id"] for item in listed_entries(folder)] == ["good"]
    assert [name.partition("-")[0] for name in visible(folder)] == ["good", "index.json"]


@pytest.mark.parametrize("code", BAD)
def test_server_check_reports_the_same_code(
    repository: Repository, fetcher: Fetcher, code: str
) -> None:
    repository.add("good.zip", extension_id="good")
    repository.add_bytes("bad.zip", PACKAGES[code]())

    found = check_repository(repository.url, fetcher=fetcher)

    assert code in [problem.code for problem in found.problems]
    assert found.packages == 2


def test_a_package_of_another_id_or_version_is_left_out(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add_bytes("a.zip", add_on(), version="9.9.9")
    repository.add_bytes("b.zip", add_on(("x", b"1")), id="other")

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert [problem.code for problem in done.problems] == ["mirror.package-mismatch"] * 2
    assert listed_entries(folder) == []


def test_refused_packages_are_reported_again_and_not_fetched_again(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("good.zip", extension_id="good")
    repository.add_bytes("bad.zip", PACKAGES["path.ambiguous"]())
    first = mirror(repository.url, folder, fetcher=fetcher)
    repository.requested()

    again = mirror(repository.url, folder, fetcher=fetcher)

    assert "bad.zip" not in repository.requested()
    assert list(again.problems) == list(first.problems)
    assert again.refused == first.refused
    dry = plan_only(repository.url, folder, fetcher=fetcher)
    assert (dry.refused, dry.plan.fetch) == (first.refused, [])


def test_all_packages_are_inspected_again_when_the_rules_change(
    repository: Repository, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mirror by an earlier version may have packages that are refused now."""
    repository.add("good.zip", extension_id="good")
    repository.add_bytes("bad.zip", PACKAGES["path.ambiguous"]())
    with monkeypatch.context() as patch:
        patch.setattr(
            "extery.repository.mirror.packages.inspect_package", lambda *_, **__: NO_PROBLEMS
        )
        patch.setattr("extery.repository.mirror.state.REVISION", REVISION - 1)
        mirror(repository.url, folder, fetcher=fetcher)
    assert [item["id"] for item in listed_entries(folder)] == ["gear_tool", "good"]
    repository.requested()

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert [item["id"] for item in listed_entries(folder)] == ["good"]
    assert [problem.code for problem in done.problems] == ["path.ambiguous"]
    assert [name for name in repository.requested() if name.endswith(".zip")] == []
    assert [name.partition("-")[0] for name in visible(folder)] == ["good", "index.json"]


def test_a_refused_package_is_removed_even_if_old_ones_are_kept(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add_bytes("bad.zip", PACKAGES["path.ambiguous"]())

    mirror(repository.url, folder, fetcher=fetcher, options=MirrorOptions(keep_old=True))

    assert visible(folder) == ["index.json"]


def test_a_failed_transfer_still_keeps_the_old_listing(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("good.zip", extension_id="good")
    mirror(repository.url, folder, fetcher=fetcher)
    repository.add("late.zip", extension_id="late")
    repository.add_bytes("bad.zip", PACKAGES["path.ambiguous"]())
    repository.web.fail("/r/late.zip", status(404))

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert not done.is_complete
    assert len(done.failed) == len(done.refused) == 1
    assert [item["id"] for item in listed_entries(folder)] == ["good"]
    assert mirror(repository.url, folder, fetcher=fetcher).is_complete
    assert [item["id"] for item in listed_entries(folder)] == ["good", "late"]


@ON_A_REAL_SERVER
def test_the_command_lists_refused_packages_and_fails(repository: Repository, folder: Path) -> None:
    repository.add("good.zip", extension_id="good")
    repository.add_bytes("bad.zip", PACKAGES["path.ambiguous"]())

    first = CliRunner().invoke(extery, ["mirror", repository.url, str(folder)])
    as_json = CliRunner().invoke(extery, ["mirror", repository.url, str(folder), "--json"])
    going_on = CliRunner().invoke(extery, ["mirror", repository.url, str(folder), "--keep-going"])

    assert (first.exit_code, as_json.exit_code, going_on.exit_code) == (1, 1, 0)
    assert "1 package refused and left out" in first.stderr
    assert "path.ambiguous" in first.stderr
    document = json.loads(as_json.stdout)
    assert (document["ok"], document["complete"], len(document["refused"])) == (False, True, 1)


INSTALLABLE = [
    *("package.init-missing", "package.init-compiled", "package.wheel-missing"),
    *("package.rare-compression", "theme.xml-missing", "theme.not-xml"),
]


@pytest.mark.parametrize("code", INSTALLABLE)
def test_a_package_with_other_problems_is_mirrored_and_reported_by_every_run(
    repository: Repository, folder: Path, fetcher: Fetcher, code: str
) -> None:
    fields = {"id": "dusk", "type": "theme"} if code.startswith("theme.") else {}
    repository.add_bytes("flawed.zip", PACKAGES[code](), **fields)

    first = mirror(repository.url, folder, fetcher=fetcher)
    repository.requested()
    again = mirror(repository.url, folder, fetcher=fetcher)
    dry = plan_only(repository.url, folder, fetcher=fetcher)

    assert [problem.code for problem in first.problems] == [code]
    assert (list(first.refused), len(first.flawed), len(listed_entries(folder))) == ([], 1, 1)
    assert "flawed.zip" not in repository.requested()
    assert list(again.problems) == list(dry.problems) == list(first.problems)
    assert again.flawed == dry.flawed == first.flawed


@ON_A_REAL_SERVER
def test_the_command_reports_a_package_with_problems_and_fails(
    repository: Repository, folder: Path
) -> None:
    repository.add_bytes("flawed.zip", PACKAGES["package.wheel-missing"]())

    for _ in range(2):
        done = CliRunner().invoke(extery, ["mirror", repository.url, str(folder)])
        assert done.exit_code == 1
        assert "package.wheel-missing" in done.stderr
    assert [item["id"] for item in listed_entries(folder)] == ["gear_tool"]
    going_on = CliRunner().invoke(extery, ["mirror", repository.url, str(folder), "--keep-going"])
    assert going_on.exit_code == 0


def test_a_corrected_problem_is_no_longer_reported(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add_bytes("flawed.zip", PACKAGES["package.init-missing"]())
    assert mirror(repository.url, folder, fetcher=fetcher).flawed
    repository.entries.clear()
    repository.add("good.zip")

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert not done.problems
    assert not done.flawed


def test_the_location_of_a_problem_begins_with_the_package(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add_bytes("bad.zip", packed((MANIFEST, b"id ="), ("__init__.py", b"")))

    [problem] = mirror(repository.url, folder, fetcher=fetcher).problems

    assert problem.where.file.startswith("gear_tool-1.2.3-")
    assert problem.where.file.endswith(f".zip/{MANIFEST}")


@pytest.mark.parametrize("name", [".extery-mirror", ".extery-mirror/parts"])
def test_a_link_in_place_of_the_state_folder_is_refused_and_its_target_unchanged(
    repository: Repository, folder: Path, fetcher: Fetcher, tmp_path: Path, name: str
) -> None:
    repository.add("good.zip")
    victim = tmp_path / "victim"
    (victim / "parts").mkdir(parents=True)
    (victim / "dear.txt").write_text("dear")
    (folder / name).parent.mkdir(parents=True)
    (folder / name).symlink_to(victim)

    with pytest.raises(Unavailable) as caught:
        mirror(repository.url, folder, fetcher=fetcher)

    assert "symbolic link" in str(caught.value)
    assert (victim / "dear.txt").read_text() == "dear"


@pytest.mark.parametrize("ending", ["", ".etag"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_link_or_a_pipe_in_place_of_a_part_is_replaced(
    repository: Repository, folder: Path, fetcher: Fetcher, tmp_path: Path, ending: str, kind: str
) -> None:
    entry = repository.add("good.zip")
    victim = tmp_path / "victim.txt"
    victim.write_text("dear")
    part = folder / ".extery-mirror" / "parts" / f"{entry['archive_hash'][7:]}.part{ending}"
    part.parent.mkdir(parents=True)
    if kind == "link":
        part.symlink_to(victim)
    else:
        os.mkfifo(part)

    assert mirror(repository.url, folder, fetcher=fetcher).is_complete
    assert victim.read_text() == "dear"
    assert not (folder / entry["archive_url"]).is_symlink()


@pytest.mark.parametrize("name", ["state.json", "listing-0000000000000000.json"])
def test_a_pipe_in_place_of_a_state_file_does_not_block(
    repository: Repository, folder: Path, fetcher: Fetcher, name: str
) -> None:
    repository.add("good.zip")
    (folder / ".extery-mirror").mkdir(parents=True)
    os.mkfifo(folder / ".extery-mirror" / name)

    assert mirror(repository.url, folder, fetcher=fetcher).is_complete


def test_packages_are_inspected_one_at_a_time(
    repository: Repository, folder: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may use the maximum memory of a package, and sixteen are fetched in parallel."""
    for number in range(12):
        repository.add(f"{number}.zip", extension_id=f"tool_{number}")
    at_work, most = 0, 0

    def slow(*_: object, **__: object) -> inspection.Inspection:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.005)
        at_work -= 1
        return NO_PROBLEMS

    monkeypatch.setattr("extery.repository.mirror.packages.inspect_package", slow)
    mirror(repository.url, folder, fetcher=fetcher)

    assert most == 1


def test_an_inspection_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, ADD_ON)
        archive.writestr("noise.bin", bytes(range(256)) * 40_000)
    calls = 0

    def checkpoint() -> None:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise Unavailable.of("fetch.stopped")

    with pytest.raises(Unavailable):
        inspection.inspect_package(path, [], checkpoint=checkpoint)
    assert calls < 8


@ON_A_REAL_SERVER
def test_listings_for_several_systems_may_together_be_as_large_as_one(
    repository: Repository, folder: Path
) -> None:
    """All are in memory, and a server can answer each request with another listing."""
    repository.add("good.zip")
    size = len((repository.folder / "index.json").read_bytes())
    filters = Filters(platforms=("linux-x64", "windows-x64"))

    with Fetcher(retry_policy=QUICK, max_document_size=2 * size) as fetcher:
        assert mirror(repository.url, folder, fetcher=fetcher, filters=filters).is_complete
    with (
        Fetcher(retry_policy=QUICK, max_document_size=2 * size - 1) as fetcher,
        pytest.raises(Corrupt) as caught,
    ):
        mirror(repository.url, folder.with_name("other"), fetcher=fetcher, filters=filters)
    assert caught.value.code == "fetch.too-long"
    assert "--max-listing" in caught.value.problems[0].hint


def test_invisible_text_of_an_entry_is_named_and_the_package_is_listed(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    made = repository.add("gear.zip")
    made["name"], made["permissions"] = "Gear\u202eTool", {"files": "Read\u200bfiles"}
    repository.publish()

    done = mirror(repository.url, folder, fetcher=fetcher)

    assert [problem.code for problem in done.problems] == [
        "manifest.name.invisible",
        "manifest.permissions.invisible",
    ]
    assert done.problems[0].hint == 'write "GearTool"'
    assert len(listed_entries(folder)) == len(done.flawed) == 1


def test_the_same_invisible_text_in_entry_and_package_is_one_problem(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip", tagline="Cuts\u2066 gears")

    for found in (
        mirror(repository.url, folder, fetcher=fetcher).problems,
        check_repository(repository.url, fetcher=fetcher).problems,
        check_repository(repository.url, fetcher=fetcher, listing_only=True).problems,
    ):
        assert [problem.code for problem in found] == ["manifest.tagline.invisible"]
