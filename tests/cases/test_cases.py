"""Every case after a public report, in every command that it concerns: exit status and codes."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.codes import find
from extery.listing.entries import dump_listing, make_entry, make_listing
from extery.manifest.document import Manifest
from extery.rules.engine import Scope, check_package
from tests.cases.table import CASES, WITHOUT_PACKAGE, Case, package_of, write_cases
from tests.samples.packages import ADD_ON

pytestmark = pytest.mark.corpus

#: What `check` tells the author of nearly every case, and uploads do not report.
OF_ALL = ("license.text-missing", "license.wheel-unknown", "metadata.example-domain")

every_case = pytest.mark.parametrize("case", CASES, ids=[case.path for case in CASES])
every_folder = pytest.mark.parametrize(
    "case",
    [case for case in CASES if not case.path.endswith(".zip")],
    ids=lambda case: case.path,
)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("cases"))


def run(*arguments: str | Path) -> tuple[int, list[str], dict[str, Any]]:
    """Run a command; return its exit status, the codes of its problems and its JSON."""
    result = CliRunner().invoke(extery, [*map(str, arguments), "--json"])
    document = json.loads(result.stdout)
    reports = document.get("reports") or [document]
    problems = [problem for report in reports for problem in report["problems"]]
    return result.exit_code, [problem["code"] for problem in problems], document


def with_listing(package: Path) -> Path:
    """Write a listing of the package beside it, as another tool would, and return the folder."""
    data = package.read_bytes()
    report = check_package(package, scope=Scope.REPOSITORY)
    entry = make_entry(
        report.installable_manifest or Manifest.parse(ADD_ON),
        archive_url=f"./{quote(package.name)}",
        archive_size=len(data),
        archive_hash=hashlib.sha256(data).hexdigest(),
    )
    (package.parent / "index.json").write_bytes(dump_listing(make_listing([entry])))
    return package.parent


def test_the_table_has_every_case(cases: Path) -> None:
    named = {case.path.partition("/")[0] for case in CASES} | {*WITHOUT_PACKAGE}
    assert named == {path.name for path in cases.iterdir()}

    packages = {path.relative_to(cases).as_posix() for path in cases.glob("*/*.zip")}
    folders = {
        path.parent.relative_to(cases).as_posix() for path in cases.rglob("blender_manifest.toml")
    }
    assert {case.path for case in CASES} == packages | folders


@every_folder
def test_validate_of_a_folder(cases: Path, case: Case) -> None:
    status, codes, _ = run("validate", cases / case.path)

    assert sorted(codes) == sorted((*case.codes, *case.of_folder))
    assert status == (0 if case.is_valid else 1)


@every_folder
def test_check_of_a_folder(cases: Path, case: Case) -> None:
    status, codes, _ = run("check", cases / case.path)

    codes = [code for code in codes if code not in OF_ALL]
    assert sorted(codes) == sorted((*case.codes, *case.of_folder, *case.in_check))
    assert status == (0 if case.is_valid else 1)


@every_folder
def test_build(cases: Path, tmp_path: Path, case: Case) -> None:
    status, codes, _ = run("build", cases / case.path, "--output-dir", tmp_path)

    assert sorted(codes) == sorted((*case.codes, *case.of_folder))
    assert status == (0 if case.is_built else 1)
    assert len(list(tmp_path.iterdir())) == case.is_built


@every_case
def test_validate_of_a_package(cases: Path, tmp_path: Path, case: Case) -> None:
    status, codes, _ = run("validate", package_of(cases, case, tmp_path))

    assert sorted(codes) == sorted(case.codes)
    assert status == (0 if case.is_valid else 1)


@every_case
def test_server_generate(cases: Path, tmp_path: Path, case: Case) -> None:
    package_of(cases, case, tmp_path)

    for _ in range(2):
        status, codes, document = run("server-generate", "--repo-dir", tmp_path)

        assert sorted(codes) == sorted(case.in_repository)
        assert status == (0 if case.is_clean else 1)
        assert document["packages"] == case.is_listed


@every_case
def test_server_check(cases: Path, tmp_path: Path, case: Case) -> None:
    status, codes, _ = run("server-check", with_listing(package_of(cases, case, tmp_path)))

    assert sorted(codes) == sorted(case.in_repository)
    assert status == (0 if case.is_clean else 1)


@every_case
def test_mirror(cases: Path, tmp_path: Path, case: Case) -> None:
    (tmp_path / "source").mkdir()
    source = with_listing(package_of(cases, case, tmp_path / "source"))

    for _ in range(2):
        status, codes, document = run("mirror", source, tmp_path / "mirror")

        assert sorted(codes) == sorted(case.in_repository)
        assert status == (0 if case.is_clean else 1)
        assert document["complete"]
        assert document["entries"] == case.is_listed


# What a case is about besides its package


def test_09_the_place_is_the_value_in_build_generated(cases: Path) -> None:
    _, _, document = run("validate", cases / "09-generated-by-hand/paint_kit-macos.zip")

    [problem] = document["reports"][0]["problems"]
    assert problem["path"] == ["build", "generated", "platforms", 0]
    assert "'macos-x64'" in problem["hint"]


def test_10_other_bytes_of_a_version_are_named_with_both_hashes(
    cases: Path, tmp_path: Path
) -> None:
    shutil.copytree(cases / "10-replaced-package/src", tmp_path / "src")
    for content in ("", "\n# changed\n"):
        with (tmp_path / "src/__init__.py").open("a") as file:
            file.write(content)
        run("build", tmp_path / "src", "--output-dir", tmp_path)
        status, codes, document = run("server-generate", "--repo-dir", tmp_path)
        assert status == 0

    assert codes == ["generate.package-replaced"]
    assert document["problems"][0]["message"].count("sha256:") == 2


def test_11_a_drag_link_names_its_repository(tmp_path: Path) -> None:
    link = "http://127.0.0.1:9/r/paint_kit-1.0.0.zip?repository=.%2Findex.json&blender_version_min=4.2.0"

    for command in (("server-check", link), ("mirror", link, tmp_path / "mirror")):
        status, codes, document = run(*command)
        assert (status, codes) == (1, ["fetch.drag-link"])
        assert document["problems"][0]["hint"] == "give http://127.0.0.1:9/r/index.json"


@pytest.fixture
def page_server(cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server of case 12, on a free port."""
    source = (cases / "12-page-not-listing/server.py").read_text()
    namespace: dict[str, Any] = {}
    exec(source.rpartition("http.server.ThreadingHTTPServer")[0], namespace)
    monkeypatch.chdir(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), namespace["H"])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/blob/main/index.json", "listing.web-page"),
        ("/login", "listing.web-page"),
        ("/", "listing.web-page"),
        ("/missing/index.json", "fetch.not-found"),
    ],
)
def test_12_a_page_is_named_as_what_it_is(
    page_server: str, tmp_path: Path, path: str, code: str
) -> None:
    url = f"http://{page_server}{path}"

    for command in (("server-check", url), ("mirror", url, tmp_path / "mirror")):
        status, codes, document = run(*command)
        assert (status, codes) == (1, [code])
        assert document["problems"][0]["hint"]


def test_12_an_address_without_a_scheme_is_named(tmp_path: Path) -> None:
    for command in (
        ("server-check", "example.org/r/index.json"),
        ("mirror", "example.org/r/index.json", tmp_path / "mirror"),
    ):
        status, codes, document = run(*command)
        assert (status, codes) == (1, ["fetch.url"])
        assert "https://example.org/r/index.json" in document["problems"][0]["hint"]


def test_19_a_listing_of_release_assets_is_generated_and_stale_companions_are_named(
    cases: Path, tmp_path: Path
) -> None:
    assert run("server-check", cases / "19-release-assets", "--listing-only")[:2] == (0, [])
    shutil.copy(cases / "24-same-version-twice/paint_kit-1.0.0.zip", tmp_path)
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\n'
        'archive_url = "https://code.example.org/ada/paint/releases/download/v{version}/{file}"\n'
    )

    assert run("server-generate", "--repo-dir", tmp_path)[:2] == (0, [])

    listing = json.loads((tmp_path / "index.json").read_text())
    expected = json.loads((cases / "19-release-assets/index.json").read_text())
    assert listing["data"][0]["archive_url"] == expected["data"][0]["archive_url"]
    (tmp_path / "index.json").write_text(json.dumps(listing, indent=2))
    assert run("server-check", tmp_path, "--listing-only")[1] == ["server.stale-companion"]
    assert run("server-generate", "--repo-dir", tmp_path)[1] == ["generate.listing-edited"]


def test_24_two_packages_of_one_version_say_which_one_is_listed(
    cases: Path, tmp_path: Path
) -> None:
    shutil.copytree(cases / "24-same-version-twice", tmp_path / "r")

    status, codes, document = run("server-generate", "--repo-dir", tmp_path / "r")

    assert (status, codes, document["packages"]) == (0, ["listing.several"], 2)
    message = document["problems"][0]["message"]
    assert message.endswith("paint_kit-1.0.0.zip is listed where several fit")
    assert "Python" not in message


def test_35_unknown_keys_of_a_block_never_reach_the_listing(cases: Path, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    shutil.copytree(cases / "35-config-in-blocklist", folder)

    status, codes, document = run("server-generate", "--repo-dir", folder)

    assert (status, codes) == (1, ["generate.config-blocklist"] * 3)
    assert [problem["path"][-1] for problem in document["problems"]] == [
        "prereleases",
        "retention",
        "nonsense",
    ]
    assert not (folder / "index.json").exists()


def test_cases_for_later_issues_are_rows_of_their_own() -> None:
    assert all(case.later is None or case.later[0] > 8 for case in CASES)
    assert all(find(code) for case in CASES for code in (*case.codes, *case.of_folder))


def test_a_package_of_a_case_has_all_files_of_its_folder(cases: Path, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.path == "03-unlisted-wheels/src")

    with zipfile.ZipFile(package_of(cases, case, tmp_path)) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".whl")]) == 2
