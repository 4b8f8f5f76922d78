"""A preview regenerates a folder with its last options, and keeps files of others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from extery.repository.generate import generate
from extery.repository.generate_options import last_options
from extery.repository.regenerate import reason_to_keep, regenerate_options
from tests.repository.packages import put


def regenerate(folder: Path) -> None:
    """Regenerate the folder as a preview does after a change."""
    assert reason_to_keep(folder) == ""
    generate(folder, **regenerate_options(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    put(made, "gear.zip")
    return made


def without_state(folder: Path) -> None:
    """Remove the hidden files, as a copy may lack them."""
    shutil.rmtree(folder / ".extery")


def test_a_new_folder_gets_a_page(folder: Path) -> None:
    assert last_options(folder) is None

    regenerate(folder)

    assert (folder / "index.html").exists()


def test_a_page_is_regenerated_from_its_custom_template(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.html").write_text("<h1>Mine</h1>${body}")
    generate(folder, html=True, template=Path("mine.html"))
    monkeypatch.chdir("/")
    put(folder, "other.zip", extension_id="other_tool")

    regenerate(folder)

    page = (folder / "index.html").read_text("utf-8")
    assert page.startswith("<h1>Mine</h1>")
    assert "other_tool" in page


def test_a_hand_made_page_stays_when_the_listing_is_regenerated(folder: Path) -> None:
    generate(folder)
    (folder / "index.html").write_text("mine")
    put(folder, "other.zip", extension_id="other_tool")

    regenerate(folder)

    assert (folder / "index.html").read_text() == "mine"
    assert len(json.loads((folder / "index.json").read_bytes())["data"]) == 2


def test_a_copy_without_hidden_files_is_regenerated_with_its_page(folder: Path) -> None:
    generate(folder, html=True)
    without_state(folder)
    put(folder, "other.zip", extension_id="other_tool")

    regenerate(folder)

    assert "other_tool" in (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize("loss", ["package", "block", "form"])
def test_a_listing_with_content_that_would_be_lost_is_not_regenerated(
    folder: Path, loss: str
) -> None:
    generate(folder)
    without_state(folder)
    listing = json.loads((folder / "index.json").read_bytes())
    if loss == "package":
        listing["data"][0]["archive_url"] = "https://example.org/gear.zip"
    elif loss == "block":
        listing["blocklist"] = [{"id": "gear_tool", "reason": "broken"}]
    else:
        listing = {"mine": True}
    (folder / "index.json").write_text(json.dumps(listing))

    assert reason_to_keep(folder).startswith("index.json ")
    if loss == "block":
        (folder / "blender_repo.toml").write_text(
            'schema_version = "1.0.0"\n[[blocklist]]\nid = "gear_tool"\nreason = "broken"\n'
        )
        assert reason_to_keep(folder) == ""
