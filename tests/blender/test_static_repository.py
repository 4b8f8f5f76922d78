"""A stock Blender uses a repository made by ``extery build`` and ``extery server-generate``."""

from __future__ import annotations

import html
import itertools
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.core import platforms
from tests.blender.client import Blender, blender_cli
from tests.blender.install import ENDS
from tests.blender.samples import write_extension
from tests.blender.scenario import Walkthrough, run_walkthrough
from tests.blender.series import SOME_BLENDERS
from tests.blender.serving import HttpFolder
from tests.sampled import some_blenders

Serve = Callable[[Path], HttpFolder]

# For each platform a wheel tag that Blender understands.
WHEEL_TAGS = {
    "linux-x64": "manylinux_2_28_x86_64",
    "linux-arm64": "manylinux_2_28_aarch64",
    "macos-arm64": "macosx_11_0_arm64",
    "macos-x64": "macosx_11_0_x86_64",
    "windows-x64": "win_amd64",
}


def extery(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "extery", *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Repository:
    """A folder that an author fills with the two commands."""

    def __init__(self, folder: Path, sources: Path) -> None:
        self.folder, self.sources = folder, sources
        folder.mkdir()

    def publish(
        self, extension_id: str, version: str, *, kind: str = "add-on", **fields: str | list[str]
    ) -> None:
        source = self.sources / f"{extension_id}-{version}"
        write_extension(source, extension_id=extension_id, version=version, kind=kind, **fields)
        extery("build", source, "--output-dir", self.folder)
        self.generate()

    def configure(self, text: str) -> None:
        (self.folder / "blender_repo.toml").write_text(f'schema_version = "1.0.0"\n{text}')
        self.generate()

    def block(self, extension_id: str, reason: str) -> None:
        self.configure(f'[[blocklist]]\nid = "{extension_id}"\nreason = "{reason}"\n')

    def generate(self) -> None:
        extery("server-generate", "--repo-dir", self.folder, "--html")

    def link_on_page(self, package: str) -> str:
        """Return the link to this package in index.html."""
        page = (self.folder / "index.html").read_text("utf-8")
        found = re.search(rf'href="([^"]*{re.escape(package)}[^"]*)"', page)
        assert found is not None
        return html.unescape(found[1])


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository", tmp_path / "sources")


@pytest.mark.parametrize(
    ("blender_version", "scheme"),
    [
        # `test_mixed_repository` and `test_site` have every Blender.
        *((each, "http") for each in some_blenders()),
        *((each, "file") for each in ENDS),
    ],
    indirect=["blender_version"],
)
def test_our_static_repository_passes_the_walkthrough(
    blender: Blender, repository: Repository, http_folder: Serve, scheme: str
) -> None:
    repository.publish("gear_tool", "1.0.0")
    served = http_folder(repository.folder)
    url = f"{served.url}/index.json" if scheme == "http" else repository.folder.as_uri()
    newest = "1.0.0"

    def publish_newer() -> None:
        nonlocal newest
        newest = "1.1.0"
        repository.publish("gear_tool", newest)

    def download_link() -> str:
        relative = repository.link_on_page(f"gear_tool-{newest}.zip")
        return f"{served.url}/{relative.removeprefix('./')}"

    walk = Walkthrough(
        id="gear_tool",
        first="1.0.0",
        newer="1.1.0",
        publish_newer=publish_newer,
        block=lambda reason: repository.block("gear_tool", reason),
        download_link=download_link if scheme == "http" else None,
    )
    run_walkthrough(blender, url, walk)

    if scheme == "http":
        assert "/gear_tool-1.1.0.zip" in served.paths()


@SOME_BLENDERS
def test_each_blender_gets_its_newest_compatible_version(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    for version, first in [("1.0.0", "4.2.0"), ("1.1.0", "4.2.0"), ("2.0.0", "5.0.0")]:
        repository.publish("gear_tool", version, blender_version_min=first)
    expected = "1.1.0" if blender.version in ("4.2", "4.5") else "2.0.0"
    for scheme in ("http", "file"):
        module = blender.add_repository("Walkthrough", address_of(repository, http_folder, scheme))
        blender.sync()
        blender.install("gear_tool")
        gear_tool = blender.find("gear_tool")
        assert (gear_tool.listed, gear_tool.installed) == (expected, expected)
        assert blender.attribute("gear_tool", "VERSION") == expected
        assert blender.update_all() == []
        if scheme == "http":
            blender.remove("gear_tool")
            blender.remove_repository(module)
    repository.publish("gear_tool", "3.0.0")
    blender.sync()
    assert blender.update_all() == [("gear_tool", expected, "3.0.0")]


def address_of(
    repository: Repository, http_folder: Serve, scheme: str, listing: str = "index.json"
) -> str:
    if scheme == "file":
        return f"{repository.folder.as_uri()}/{listing}"
    return f"{http_folder(repository.folder).url}/{listing}"


#: Listings of the repository of the next test, and the version that they have.
LISTINGS = {
    "index.json": "1.1.0",
    "beta/index.json": "2.0.0-beta.1",
    "sets/shot/index.json": "1.0.0",
    "sets/newest/index.json": "1.1.0",
}


@pytest.mark.parametrize("blender_version", ENDS, indirect=True)
def test_channels_and_sets_can_be_added_as_repositories(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    for version in ("1.0.0", "1.1.0", "2.0.0-beta.1"):
        repository.publish("gear_tool", version)
    (repository.folder / "sets").mkdir()
    (repository.folder / "sets" / "shot.toml").write_text('gear_tool = "1.0.0"\n')
    (repository.folder / "sets" / "newest.toml").write_text('gear_tool = "*"\n')
    repository.configure("prereleases = false\n[channels.beta]\nprereleases = true\n")
    schemes = ("http", "file") if blender.version == ENDS[0] else ("file", "http")
    # Each listing by both schemes, each in one of the Blenders.
    for scheme, listing in zip(itertools.cycle(schemes), LISTINGS, strict=False):
        address = address_of(repository, http_folder, scheme, listing)
        module = blender.add_repository("Walkthrough", address)
        blender.sync()
        blender.install("gear_tool")
        gear_tool = blender.find("gear_tool")
        expected = LISTINGS[listing]
        assert (gear_tool.listed, gear_tool.installed) == (expected, expected), address
        assert blender.update_all() == [], address
        blender.remove("gear_tool")
        blender.remove_repository(module)


def test_a_channel_with_absolute_urls_needs_no_copies_of_packages(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    served = http_folder(repository.folder)
    repository.publish("gear_tool", "2.0.0-beta.1")
    repository.configure(f'base_url = "{served.url}"\n[channels.beta]\n')
    assert list((repository.folder / "beta").glob("*.zip")) == []
    blender.add_repository("Walkthrough", f"{served.url}/beta/index.json")
    blender.sync()

    blender.install("gear_tool")

    assert blender.find("gear_tool").installed == "2.0.0-beta.1"


@SOME_BLENDERS
def test_blender_accepts_a_listing_with_recorded_changes(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    repository.publish("gear_tool", "1.0.0")
    repository.configure("changes = true\n")
    assert b"changes.json" in (repository.folder / "index.json").read_bytes()
    blender.add_repository("Walkthrough", address_of(repository, http_folder, "http"))
    blender.sync()
    blender.install("gear_tool")

    repository.publish("gear_tool", "1.1.0")
    blender.sync()

    assert blender.update_all() == [("gear_tool", "1.0.0", "1.1.0")]


def test_blenders_server_generate_accepts_our_configuration(
    blender_version: str, repository: Repository
) -> None:
    repository.publish("gear_tool", "1.0.0")
    repository.configure(
        'title = "Gears"\nretention = 2\nprereleases = false\n'
        '[[blocklist]]\nid = "gear_tool"\nreason = "Deletes presets"\n'
        '[pinned]\ngear_tool = "1.0.0"\n[channels.beta]\n[extensions.gear_tool]\nname = "Gears"\n'
    )

    done = blender_cli(blender_version, "server-generate", "--repo-dir", repository.folder)

    assert done.returncode == 0, done.stdout
    assert done.stdout == "found 1 packages.\n"
    listing = json.loads((repository.folder / "index.json").read_text("utf-8"))
    assert listing["blocklist"] == [{"id": "gear_tool", "reason": "Deletes presets"}]


def test_a_theme_from_our_static_repository_is_applied(
    blender: Blender, repository: Repository
) -> None:
    repository.publish("night_shift", "1.0.0", kind="theme")
    blender.add_repository("Walkthrough", repository.folder.as_uri())
    blender.sync()

    blender.install("night_shift")

    assert blender.find("night_shift").enabled


def test_blender_installs_the_package_and_wheel_of_its_platform(
    blender: Blender, repository: Repository
) -> None:
    source = write_extension(
        repository.sources / "gear_tool",
        extension_id="gear_tool",
        version="1.0.0",
        platforms=list(WHEEL_TAGS),
        wheels=[f"./wheels/{wheel_name(tag)}" for tag in WHEEL_TAGS.values()],
    )
    (source / "wheels").mkdir()
    for platform, tag in WHEEL_TAGS.items():
        write_wheel(source / "wheels" / wheel_name(tag), platform=platform)
    with (source / "__init__.py").open("a") as module:
        module.write("\nfrom gear_maths import MADE_FOR\n")
    extery("build", source, "--output-dir", repository.folder, "--split-platforms")
    repository.generate()
    assert len(list(repository.folder.glob("*.zip"))) == len(WHEEL_TAGS)
    name = blender.add_repository("Walkthrough", repository.folder.as_uri())
    blender.sync()

    blender.install("gear_tool")

    assert blender.attribute("gear_tool", "MADE_FOR") == platforms.current()
    wheels = blender.extensions_folder / name / "gear_tool" / "wheels"
    assert [path.name for path in wheels.iterdir()] == [wheel_name(WHEEL_TAGS[platforms.current()])]


def wheel_name(tag: str) -> str:
    return f"gear_maths-1.0.0-py3-none-{tag}.whl"


def write_wheel(path: Path, *, platform: str) -> None:
    """Write a wheel whose module contains the name of its platform."""
    info = "gear_maths-1.0.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("gear_maths.py", f"MADE_FOR = {platform!r}\n")
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: gear_maths\nVersion: 1.0.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"gear_maths.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
