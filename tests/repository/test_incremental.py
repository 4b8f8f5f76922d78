"""A run in a folder with a history writes what it writes in a new folder."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from extery.listing.delta import apply_changes
from extery.repository.generate import generate
from tests.repository.packages import put

IDS = ("anvil", "beacon", "gear_tool", "dusk")
CONFIGS = (
    "",
    'title = "Räder & more"\n',
    "[channels.beta]\nprereleases = true\n",
    'prereleases = false\n[channels.beta]\nprereleases = true\n[extensions.anvil]\nname = "Hammer"\n',
    '[[blocklist]]\nid = "gear_tool"\nreason = "Deletes <presets>"\n',
    'retention = 1\nbase_url = "https://example.org/r/"\n[channels.all]\nretention = 9\n',
    'changes = true\n[pinned]\nbeacon = "1.0.0"\n',
)


class Folder:
    """A folder of packages that changes at random."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.chance = random.Random(seed)
        self.config = ""
        path.mkdir()

    def add(self) -> None:
        identifier = self.chance.choice(IDS)
        platforms = self.chance.choice(([], [], ["linux-x64"], ["windows-x64", "macos-arm64"]))
        fields = {"platforms": platforms} if platforms else {}
        put(
            self.path,
            f"{self.chance.randrange(9)}.zip",
            extension_id=identifier,
            kind="theme" if identifier == "dusk" else "add-on",
            version=self.chance.choice(("1.0.0", "1.1.0", "2.0.0-beta.1", "2.0.0")),
            blender_version_min=self.chance.choice(("4.2.0", "4.5.0", "5.0.0")),
            **fields,
        )

    def remove(self) -> None:
        for path in sorted(self.path.glob("*.zip"))[: self.chance.randrange(2)]:
            path.unlink()

    def damage(self) -> None:
        (self.path / "8.zip").write_text("no zip")

    def rename(self) -> None:
        for path in sorted(self.path.glob("*.zip"))[:1]:
            path.rename(self.path / "renamed räder.zip")

    def configure(self) -> None:
        text = self.chance.choice(CONFIGS)
        (self.path / "blender_repo.toml").write_text(f'schema_version = "1.0.0"\n{text}', "utf-8")

    def add_set(self) -> None:
        (self.path / "sets").mkdir(exist_ok=True)
        (self.path / "sets" / "shot.toml").write_text('gear_tool = "*"\n')

    def change_randomly(self) -> None:
        """Make one to three changes, with times that differ from the earlier ones."""
        changes = (self.add, self.add, self.add, self.remove, self.damage, self.rename,
                   self.configure, self.configure, self.add_set)  # fmt: skip
        for _ in range(self.chance.randrange(1, 4)):
            self.chance.choice(changes)()
        for number, path in enumerate(self.path.glob("*.zip")):
            os.utime(path, ns=(10**18, 10**18 + number + self.chance.randrange(10**9)))


def output_files(folder: Path) -> dict[str, bytes]:
    """Return all output of a run except recorded changes, which depend on earlier runs."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if ".extery" not in path.parts and path.name != "changes.json"
    }


@pytest.mark.parametrize("seed", range(12))
def test_an_incremental_run_writes_the_files_of_a_run_in_a_new_folder(
    tmp_path: Path, seed: int
) -> None:
    folder = Folder(tmp_path / "folder", seed)
    seen = set()
    for step in range(12):
        folder.change_randomly()
        generate(folder.path, html=True)

        new = tmp_path / f"new-{step}"
        new.mkdir()
        for path in [*folder.path.glob("*.zip"), *folder.path.glob("*.toml")]:
            shutil.copy2(path, new)
        if (folder.path / "sets").exists():
            (new / "sets").mkdir()
            shutil.copy2(folder.path / "sets" / "shot.toml", new / "sets")
        generate(new, html=True)

        assert output_files(folder.path) == output_files(new)
        listing = (folder.path / "index.json").read_bytes()
        if (folder.path / "changes.json").exists():
            assert apply_changes(listing, (folder.path / "changes.json").read_bytes()) == listing
        seen.add(listing)
    assert len(seen) > 3


@pytest.mark.parametrize("seed", range(4))
def test_a_folder_without_its_state_can_be_updated(tmp_path: Path, seed: int) -> None:
    folder = Folder(tmp_path / "folder", seed)
    (folder.path / "blender_repo.toml").write_text(f'schema_version = "1.0.0"\n{CONFIGS[2]}')
    for _ in range(6):
        folder.add()
    generate(folder.path, html=True)
    # As from version control: copies in place of hard links, other times, no hidden files.
    copy = tmp_path / "copy"
    shutil.copytree(
        folder.path, copy, ignore=shutil.ignore_patterns(".extery"), copy_function=shutil.copyfile
    )
    before = output_files(copy)
    assert output_files(folder.path) == before

    put(copy, "one-more.zip", extension_id="gear_tool", version="3.0.0")
    generate(copy, html=True)

    assert output_files(copy).keys() >= {*before, "beta/one-more.zip"}
