"""Listings whose packages lie elsewhere, by the template ``archive_url``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.errors import InvalidInput
from extery.repository.generate import generate
from tests.fetch.web import serving
from tests.repository.packages import put

HEAD = 'schema_version = "1.0.0"\n'


def configure(folder: Path, template: str, more: str = "") -> None:
    (folder / "blender_repo.toml").write_text(f"{HEAD}archive_url = {json.dumps(template)}\n{more}")


def urls(path: Path) -> list[str]:
    return [item["archive_url"] for item in json.loads(path.read_text())["data"]]


def test_every_listing_and_the_page_have_the_addresses_of_the_template(tmp_path: Path) -> None:
    put(tmp_path, "gear tool.zip", version="1.2.3+cpu")
    put(tmp_path, "dusk.zip", extension_id="dusk", kind="theme")
    base = "https://code.example.org/ada/gears/releases/download"
    configure(
        tmp_path,
        f"{base}/{{id}}-{{version}}/{{file}}",
        'base_url = "https://x.org/"\n[channels.beta]\n',
    )

    result = generate(tmp_path, html=True)

    expected = [f"{base}/dusk-1.2.3/dusk.zip", f"{base}/gear_tool-1.2.3%2Bcpu/gear%20tool.zip"]
    assert urls(tmp_path / "index.json") == expected
    assert urls(tmp_path / "beta" / "index.json") == expected
    assert not list((tmp_path / "beta").glob("*.zip"))
    assert (result.counts.listed, result.counts.older) == (2, 0)
    page = (tmp_path / "index.html").read_text()
    repository = "repository=https%3A%2F%2Fx.org%2Findex.json&amp;"
    assert all(f'href="{url}?{repository}' in page for url in expected)
    assert 'href="./' not in page
    assert not generate(tmp_path, html=True).written


def test_the_page_shows_what_the_package_contains(tmp_path: Path) -> None:
    put(tmp_path, "dusk.zip", extension_id="dusk", kind="theme")
    generate(tmp_path, html=True)
    plain = (tmp_path / "index.html").read_text()
    configure(tmp_path, "https://x.org/{file}")
    generate(tmp_path, html=True)

    moved = (tmp_path / "index.html").read_text().replace("https://x.org/dusk.zip", "./dusk.zip")
    assert moved == plain.replace("repository=.%2Findex.json&amp;", "")


def test_links_to_packages_elsewhere_name_no_wrong_repository(tmp_path: Path) -> None:
    put(tmp_path, "dusk.zip", extension_id="dusk", kind="theme")
    put(tmp_path, "rocks.zip", extension_id="rocks", kind="asset-library")
    configure(tmp_path, "https://y.org/{file}")

    [problem] = generate(tmp_path, html=True).problems

    assert (problem.code, problem.severity) == ("generate.page-without-repository", "warning")
    assert "?repository=" not in (tmp_path / "index.html").read_text()
    assert [problem] == list(generate(tmp_path, html=True).problems)

    configure(tmp_path, "https://y.org/{file}", 'base_url = "https://x.org/"\n')
    assert not generate(tmp_path, html=True).problems
    page = (tmp_path / "index.html").read_text()
    assert "y.org/dusk.zip?repository=https%3A%2F%2Fx.org%2Findex.json" in page
    assert "y.org/rocks.zip?repository=https%3A%2F%2Fx.org%2Fblender-5.3%2Findex.json" in page


@pytest.mark.parametrize(
    "template",
    [
        "./{file}",
        "https://x.org/{name}/{file}",
        "https://x.org/{id}-{version}.zip",
        "https://x.org/{file",
        "https://x.org/{}/{file}",
        "https://x.org/{file!r}",
        "https://x.org/{file:>9}",
        "https://x.org/a b/{file}",
        "https://x.org/grün/{file}",
        "https://x.org/%zz/{file}",
        "https://ada:secret@x.org/{file}",
        "https://{id}.x.org/{file}",
        "ftp://x.org/{file}",
        "https://x.org/{file}#top",
        "",
    ],
)
def test_an_invalid_template_is_an_error(tmp_path: Path, template: str) -> None:
    put(tmp_path, "a.zip")
    configure(tmp_path, template)

    with pytest.raises(InvalidInput) as caught:
        generate(tmp_path)

    assert caught.value.code == "generate.config-value"
    assert "archive_url" in caught.value.problems[0].message
    assert not (tmp_path / "index.json").exists()


def test_a_check_follows_the_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    path = put(tmp_path, "a.zip")
    with serving() as web:
        configure(tmp_path, f"{web.url}/releases/{{version}}/{{file}}")
        generate(tmp_path)

        missing = CliRunner().invoke(extery, ["server-check", str(tmp_path)])
        web.put("/releases/1.2.3/a.zip", path.read_bytes())
        found = CliRunner().invoke(extery, ["server-check", str(tmp_path)])
        web.put("/releases/1.2.3/a.zip", path.read_bytes() + b"x")
        other = CliRunner().invoke(extery, ["server-check", str(tmp_path)])

    assert "404" in missing.stdout
    assert "0 packages read" in missing.stderr
    assert found.exit_code == 0
    assert found.stderr.endswith("1 entry, 1 package read. No problems.\n")
    assert other.exit_code == 1
