"""A folder of extensions and a repository, for the tests of the commands of the client."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.listing.entries import Entry, dump_listing, make_listing
from tests.client.samples import make_package
from tests.samples.packages import XML


class Evening:
    """A folder of extensions, and a repository that publishes more versions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.target = folder / "extensions"
        self.entries: list[Entry] = []
        self.publish("gear_tool", "1.0.0")
        self.publish("spring_tool", "0.3.0")
        assert self.run("repo", "add", str(self.packages), "--name", "studio").exit_code == 0
        self.sync()

    def publish(self, identifier: str, version: str, **fields: str) -> None:
        for old in self.packages.glob(f"{identifier}-*.zip"):
            old.unlink()
        package = make_package(self.packages, identifier, version, **fields)
        if fields.get("type") == "theme":
            with zipfile.ZipFile(package, "a") as archive:
                archive.writestr(f"{identifier}.xml", XML)
        made = CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(self.packages)])
        assert made.exit_code == 0, made.output

    def sync(self) -> None:
        stored = self.target / "studio/.blender_ext/index.json"
        stored.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.packages / "index.json", stored)

    def list_entries(self) -> None:
        """List only ``entries``, as the last sync would have stored them."""
        data = dump_listing(make_listing(self.entries))
        (self.target / "studio/.blender_ext/index.json").write_bytes(data)

    def run(self, *arguments: str, to: Path | None = None) -> Result:
        target = ["--dir", str(to or self.target), "--blender", "4.2"]
        return CliRunner().invoke(extery, [*arguments, *target])

    def json(self, *arguments: str, to: Path | None = None) -> Any:
        return json.loads(self.run(*arguments, "--json", to=to).stdout)

    def versions(self, target: Path | None = None) -> dict[str, str]:
        found = {}
        for path in sorted((target or self.target).glob("*/*/blender_manifest.toml")):
            [version] = [
                line.split('"')[1]
                for line in path.read_text().splitlines()
                if line.startswith("version")
            ]
            found[path.parent.name] = version
        return found


def block(made: Evening, identifier: str) -> None:
    """Block an extension in the listing that is stored."""
    stored = made.target / "studio/.blender_ext/index.json"
    listing = json.loads(stored.read_text())
    listing["blocklist"] = [{"id": identifier, "reason": "it mines coins"}]
    stored.write_text(json.dumps(listing))
