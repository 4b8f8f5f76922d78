"""The cases after public reports in the commands of the client: what each must lead to."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.listing.entries import dump_listing, make_entry, make_listing
from extery.rules.engine import Scope, check_package
from tests.cases.table import CASES, package_of, write_cases

pytestmark = pytest.mark.corpus

LINK = (
    "http://127.0.0.1:9/r/paint_kit-1.0.0.zip?repository=.%2Findex.json&blender_version_min=4.2.0"
)
REPOSITORY = "http://127.0.0.1:9/r/index.json"
#: What the client says of a case that it does not install in Blender 4.2; it installs all others.
REFUSED = {
    "01-cp311-only/src": "install.incompatible",
    "04-bad-wheel/cut": "install.wheel-unreadable",
    "04-bad-wheel/lfs": "install.wheel-unreadable",
    "08-native-module/src": "install.incompatible",
    "09-generated-by-hand/paint_kit-macos.zip": "install.incompatible",
    "11-drag-link/paint_kit-1.0.0.zip": "install.incompatible",
    "16-bom-crlf/src": "manifest.toml.bom",
    "18-exclusive-maximum/maxlts": "install.incompatible",
    "21-source-code-zip/studio-tools-main.zip": "package.manifest-ambiguous",
    "21-source-code-zip/paint-kit-main-dotted.zip": "package.manifest-missing",
    "32-old-windows-zip/paint_kit.zip": "path.backslash",
    "32-old-windows-zip/gbk.zip": "path.encoding",
}
every_case = pytest.mark.parametrize("case", CASES, ids=[case.path for case in CASES])


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("cases"))


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, [*map(str, arguments), "--dir", "ext", "--blender", "4.2"])


def problems(*arguments: str | Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--json").stdout)["problems"]
    return found


def installed() -> list[str]:
    return [path.parent.name for path in Path("ext").glob("*/*/blender_manifest.toml")]


@every_case
def test_install_file(cases: Path, tmp_path: Path, case: Any) -> None:
    package = package_of(cases, case, tmp_path)
    expected = REFUSED.get(case.path)

    found = problems("install-file", package)

    assert [problem["code"] for problem in found] == [expected] * bool(expected)
    assert len(installed()) == (0 if expected else 1)
    assert all(problem["hint"] for problem in found)
    assert not found or package.name in run("install-file", package).output


@every_case
def test_install_from_a_listing(cases: Path, tmp_path: Path, case: Any) -> None:
    (tmp_path / "r").mkdir()
    package = package_of(cases, case, tmp_path / "r")
    manifest = check_package(package, scope=Scope.REPOSITORY).installable_manifest
    if manifest is None:
        assert case.path in REFUSED  # no repository can list it
        return
    data = package.read_bytes()
    entry = make_entry(
        manifest,
        archive_url=f"./{package.name.replace(' ', '%20')}",
        archive_size=len(data),
        archive_hash=hashlib.sha256(data).hexdigest(),
    )
    (tmp_path / "r/index.json").write_bytes(dump_listing(make_listing([entry])))
    assert run("repo", "add", tmp_path / "r").exit_code == 0

    found = problems("install", f"{manifest.id}@pre" if "-" in manifest.version else manifest.id)

    expected = REFUSED.get(case.path)
    assert [problem["code"] for problem in found] == [expected] * bool(expected)
    assert installed() == ([] if expected else [manifest.id])


@pytest.mark.parametrize("command", ["install", "update", "remove", "info", "pin"])
def test_11_a_drag_link_names_its_repository(command: str) -> None:
    [problem] = problems(command, LINK)

    assert problem["code"] == "install.requirement"
    assert problem["message"].endswith(f"is a drag-and-drop link; its repository is {REPOSITORY}")
    assert f"extery repo add {REPOSITORY}" in problem["hint"]


def test_11_a_drag_link_is_added_as_its_repository_and_is_no_file() -> None:
    added = run("repo", "add", LINK, "--no-check", "--name", "studio")

    assert added.exit_code == 0
    assert f"leads to {REPOSITORY}, which was added" in added.stderr
    assert f"its repository is {REPOSITORY}" in run("install-file", LINK).stderr


@pytest.fixture
def page_server(cases: Path, tmp_path: Path) -> Iterator[str]:
    """The server of case 12, on a free port; it serves the folder ``r``."""
    source = (cases / "12-page-not-listing/server.py").read_text()
    namespace: dict[str, Any] = {}
    exec(source.rpartition("http.server.ThreadingHTTPServer")[0], namespace)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), namespace["H"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("path", ["/blob/main/index.json", "/login", "/"])
def test_12_a_page_is_no_repository_and_names_an_address_to_try(
    page_server: str, path: str
) -> None:
    [problem] = problems("repo", "add", f"http://{page_server}{path}")

    assert problem["code"] == "listing.web-page"
    assert f"http://{page_server}" in problem["hint"] or "sign in" in problem["hint"]


def test_12_an_address_without_a_scheme_leads_to_the_repository(
    page_server: str, cases: Path, tmp_path: Path
) -> None:
    (tmp_path / "index.json").write_bytes(dump_listing(make_listing([])))

    added = run("repo", "add", f"{page_server}/index.json", "--name", "studio")

    assert added.exit_code == 0, added.output
    assert f"leads to http://{page_server}/index.json, which was added" in added.stderr


def test_12_a_page_in_place_of_a_listing_fails_the_sync_with_its_kind(page_server: str) -> None:
    url = f"http://{page_server}/blob/index.json"
    assert run("repo", "add", url, "--no-check", "--name", "studio").exit_code == 0

    [problem] = problems("sync")

    assert problem["code"] == "listing.web-page"
    assert "is the page of a code host about a file" in problem["message"]


def test_19_packages_of_a_listing_may_be_on_another_host(cases: Path) -> None:
    assert run("repo", "add", cases / "19-release-assets", "--name", "studio").exit_code == 0
    document = json.loads((cases / "19-release-assets/index.json").read_bytes())
    first = document["data"][0]

    assert run("sync").exit_code == 0
    [target] = json.loads(run("info", first["id"], "--json").stdout)["targets"]
    assert target["versions"][0]["entry"]["archive_url"] == first["archive_url"]
    assert target["versions"][0]["fits"]


def test_24_the_same_version_twice_is_installed_once(cases: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cases / "24-same-version-twice", tmp_path / "r"))
    CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(folder)])
    assert run("repo", "add", folder).exit_code == 0

    assert run("install", "paint_kit").exit_code == 0
    [target] = json.loads(run("update", "--json").stdout)["targets"]
    assert not target["changes"]
    assert [name.rpartition(".")[2] for name in target["current"]] == ["paint_kit"]
    assert installed() == ["paint_kit"]
