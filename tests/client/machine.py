"""A user's machine for tests of whole commands: folders that can be set back, and what the user sees of them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.client.samples import make_package


class Machine:
    """A user's folders below ``home``, which can be set back, and two repositories outside of it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        self.start = folder / "start"
        self.target = home / "extensions"
        self.packages, self.other = folder / "packages", folder / "other"
        self.generate(self.packages, ("gear_tool", "1.0.0"), ("spring_tool", "0.3.0"))
        self.generate(self.other, ("other_tool", "1.0.0"))
        self.places = {
            "FILE": make_package(folder / "files", "file_tool"),
            "OTHER": self.other,
            "LOCK": home / "work/extery.lock",
            "BUNDLE.zip": home / "work/bundle.zip",
            "BUNDLE": home / "work/bundle",
        }

    def generate(self, folder: Path, *packages: tuple[str, str]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for identifier, version in packages:
            make_package(folder, identifier, version, files={"data/a.txt": "a" * 20_000})
        made = CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(folder)])
        assert made.exit_code == 0, made.output

    def run(self, *arguments: str) -> Result:
        words = [str(self.places.get(word, word)) for word in arguments]
        target = [] if arguments[0] == "config" else ["--dir", str(self.target), "--blender", "4.2"]
        environ = {
            "EXTERY_CACHE": str(self.home / "cache"),
            "EXTERY_CONFIG": str(self.home / "config"),
            "DISPLAY": "",
            "WAYLAND_DISPLAY": "",
        }
        return CliRunner().invoke(extery, [*words, *target], input="secret-token\n", env=environ)

    def prepare(self, *commands: Sequence[str]) -> None:
        """Make the state in which the command under test starts."""
        (self.home / "work").mkdir(parents=True, exist_ok=True)
        self.done("repo", "add", str(self.packages), "--name", "studio")
        self.done("sync")
        for command in commands:
            if command == ("publish",):
                self.generate(self.packages, ("gear_tool", "2.0.0"), ("spring_tool", "0.3.0"))
            elif command == ("damage",):
                (self.target / "studio/gear_tool/__init__.py").write_text("broken")
            elif command == ("add-file",):
                (self.target / "studio/gear_tool/mine.txt").write_text("mine")
            else:
                self.done(*command)
        shutil.copytree(self.home, self.start, symlinks=True)

    def done(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def set_back(self) -> None:
        for item in self.home.iterdir():
            shutil.rmtree(item)
        for item in self.start.iterdir():
            shutil.copytree(item, self.home / item.name, symlinks=True)

    def state(self) -> dict[str, Any]:
        """Return what a user and Blender see of the state."""
        repositories = json.loads(self.run("repo", "list", "--json").stdout)["targets"][0]
        installed = json.loads(self.run("list", "--json").stdout)["targets"][0]
        return {
            "repositories": [
                row for row in repositories["repositories"] if row["url"] or row["installed"]
            ],
            "installed": installed["extensions"],
            "files": {
                str(path.relative_to(self.target)): digest(path)
                for path in self.target.glob("[!.]*/[!.]*/**/*")
                if path.is_file()
            },
            "listings": [digest(path) for path in self.target.glob("*/.blender_ext/index.json")],
            "user": {
                str(path.relative_to(self.home)): digest(path)
                for folder in ("config", "work")
                for path in sorted((self.home / folder).glob("[!.]*/**/*"))
                + sorted((self.home / folder).glob("[!.]*"))
                if path.is_file() and (path.suffix != ".lock" or folder == "work")
            },
        }

    def names(self) -> set[str]:
        """Return the names of all files, and of folders of operations."""
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*")}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
