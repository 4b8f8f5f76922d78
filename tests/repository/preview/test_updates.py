"""A preview generates the listing again when the folder changes, and serves what is not its own unchanged."""

from __future__ import annotations

import json
import time
from pathlib import Path

from extery.core.errors import ExteryError
from extery.fetch import Fetcher
from extery.repository.mirror.run import mirror
from extery.repository.watch import snapshot
from tests.repository.packages import put
from tests.repository.preview.site import BODY, Site, running
from tests.waiting import wait_until


def ids(site: Site) -> list[str]:
    return [item["id"] for item in json.loads(site.ask("/index.json").body)["data"]]


def test_a_dangling_link_does_not_hide_changes(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"link{number}.zip").symlink_to("nowhere")
    before = snapshot(tmp_path)

    put(tmp_path, "gear.zip")

    assert str(tmp_path / "gear.zip") in snapshot(tmp_path)
    assert snapshot(tmp_path) != before


def test_the_listing_is_updated_when_the_folder_changes(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    lines: list[str] = []

    with running(tmp_path, log=lines.append) as site:
        assert ids(site) == ["gear_tool"]
        assert b"<!doctype html>" in site.ask("/").body
        put(tmp_path, "dusk.zip", extension_id="dusk", kind="theme")
        wait_until(lambda: ids(site) == ["dusk", "gear_tool"])
        (tmp_path / "gear.zip").unlink()
        wait_until(lambda: ids(site) == ["dusk"])

    assert "200 GET /index.json" in lines
    assert "1 entry listed" in lines


def test_channels_are_served_and_listed(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip", version="2.0.0-beta")
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[channels.beta]\nprereleases = true\n'
    )

    with running(tmp_path) as site:
        [(url, _)] = site.running.other_listing_urls
        assert url == f"{site.running.url}/beta/index.json"
        [item] = json.loads(site.ask("/beta/index.json").body)["data"]
        assert site.ask(f"/beta/{item['archive_url']}".replace("/./", "/")).status == 200
        assert ids(site) == []


def test_a_package_that_is_still_being_copied_is_waited_for(tmp_path: Path) -> None:
    whole = put(tmp_path, "gear.zip").read_bytes()
    (tmp_path / "gear.zip").unlink()
    errors: list[ExteryError] = []

    with running(tmp_path, on_error=errors.append) as site:
        with (tmp_path / "gear.zip").open("wb") as file:
            for start in range(0, len(whole), 40):
                file.write(whole[start : start + 40])
                file.flush()
                time.sleep(0.01)
        wait_until(lambda: ids(site) == ["gear_tool"])

    assert errors == []


def test_problems_are_reported_and_serving_continues(tmp_path: Path) -> None:
    put(tmp_path, "gear.zip")
    errors: list[ExteryError] = []

    with running(tmp_path, on_error=errors.append) as site:
        (tmp_path / "bad.zip").write_bytes(b"no zip")
        wait_until(lambda: errors)
        assert errors[0].code == "package.not-zip"
        (tmp_path / "blender_repo.toml").write_text("[")
        wait_until(lambda: errors[-1].code == "generate.config-not-toml")
        assert ids(site) == ["gear_tool"]


def test_a_mirror_is_served_unchanged(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    put(source, "gear.zip")
    with running(source):
        pass
    with Fetcher() as fetcher:
        mirror(source.as_uri(), tmp_path / "mirror", fetcher=fetcher)
    before = (tmp_path / "mirror" / "index.json").read_bytes()

    with running(tmp_path / "mirror") as site:
        assert site.ask("/index.json").body == before
    assert (tmp_path / "mirror" / "index.json").read_bytes() == before


def test_a_repository_of_another_tool_is_served_unchanged(folder: Path) -> None:
    put(folder, "gear.zip")
    lines: list[str] = []

    with running(folder, log=lines.append) as site:
        assert site.ask("/index.json").body == BODY
        assert site.ask("/").body == b"<h1>Hello</h1>"

    assert "served unchanged" in lines[0]
    assert not (folder / ".extery").exists()
