"""A computer with Extery: the folder of a Blender 4.2, settings of its own, and the real commands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client.repositories import Repository, load_repositories
from extery.client.targets import Target
from tests.client.samples import make_entry, make_package
from tests.fetch.web import Web, serving
from tests.repository.hosted import Repository as Hosted

LISTING = "/r/index.json"
_VARIABLES = (
    *("EXTERY_CLIENT_TOKEN", "EXTERY_OFFLINE", "BLENDER_USER_RESOURCES", "BLENDER_USER_EXTENSIONS"),
    *("BLENDER_SYSTEM_EXTENSIONS", "DISPLAY", "WAYLAND_DISPLAY"),
)


class Computer:
    """Runs commands for the folder of extensions of a Blender; ``studio`` is its repository, on a server."""

    def __init__(self, folder: Path, web: Web, studio: Hosted, version: str = "4.2") -> None:
        self.folder = folder
        self.web = web
        self.studio = studio
        self.version = version
        self.extensions = folder / version / "extensions"
        major, minor = map(int, version.split("."))
        self.target = Target(self.extensions, (major, minor, 99))

    def run(self, *arguments: str | Path, stdin: str = "") -> Result:
        options = ["--dir", str(self.extensions), "--blender", self.version]
        return CliRunner().invoke(extery, [*map(str, arguments), *options], input=stdin)

    def data(self, *arguments: str | Path) -> dict[str, Any]:
        """Return the JSON of a command, with its exit status."""
        result = self.run(*arguments, "--json")
        return {**json.loads(result.stdout), "status": result.exit_code}

    def target_data(self, *arguments: str | Path) -> dict[str, Any]:
        [target] = self.data(*arguments)["targets"]
        return dict(target)

    def codes(self, *arguments: str | Path) -> list[str]:
        return [problem["code"] for problem in self.data(*arguments)["problems"]]

    def subscribe(
        self, hosted: Hosted | None = None, name: str = "studio", token: str = ""
    ) -> None:
        hosted = hosted or self.studio
        options = ["--token-stdin"] if token else []
        added = self.run("repo", "add", hosted.url, "--name", name, *options, stdin=token)
        assert added.exit_code == 0, added.output

    def offer(
        self,
        identifier: str = "gear_tool",
        version: str = "1.0.0",
        *,
        entry: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Path:
        """Publish a package, with other values of its ``entry`` if they are given; return it."""
        package = make_package(self.folder / "made", identifier, version, **fields)
        self.offer_bytes(package.name, package.read_bytes(), identifier, version, **(entry or {}))
        return package

    def offer_bytes(
        self, name: str, data: bytes, identifier: str, version: str = "1.0.0", **entry: Any
    ) -> None:
        self.web.put(f"/r/{name}", data)
        made = make_entry(identifier, version, archive_size=len(data), archive_url=f"./{name}")
        made["archive_hash"] = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.studio.entries.append({**made, **entry})
        self.studio.publish()

    def withdraw(self, identifier: str) -> None:
        self.studio.withdraw(identifier)

    def versions(self) -> dict[str, str]:
        """Return the installed versions, read from the manifests on disk as Blender does."""
        found = {}
        for path in sorted(self.extensions.glob("*/*/blender_manifest.toml")):
            lines = path.read_text("utf-8").splitlines()
            [version] = [line.split('"')[1] for line in lines if line.startswith("version = ")]
            found[path.parent.name] = version
        return found

    def stored(self, name: str = "studio") -> dict[str, Any]:
        """Return the listing that Blender reads."""
        path = Repository(name).listing_in(self.target)
        document: dict[str, Any] = json.loads(path.read_bytes())
        return document

    def repositories(self) -> dict[str, Repository]:
        return {item.name: item for item in load_repositories(self.target)}

    def leftovers(self) -> list[str]:
        """Return files that are neither of an extension, nor of the state, nor a listing."""
        return sorted(
            path.name
            for path in self.folder.rglob("*")
            if path.is_file() and (path.name.endswith((".new", ".part", "~")) or "@" in path.name)
        )


def computer_of(other: Computer, version: str) -> Computer:
    """Return the same computer with another Blender."""
    return Computer(other.folder, other.web, other.studio, version)


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Computer]:
    """A computer with one repository, which lists nothing yet."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with serving() as web:
        made = Computer(tmp_path, web, Hosted(tmp_path / "studio", web))
        made.studio.publish()
        yield made
