"""Every snippet of every how-to works in a fresh folder, with the commands of this checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extery.rules.examples import example_text
from tests.author.wheels.fake_index import EVERYWHERE, serving_index
from tests.author.wheels.packages import advisory, package_with, wheel_name, wheel_with, write_dump
from tests.fetch.web import serving
from tests.parts import ROOT
from tests.repository.hosted import Repository
from tests.repository.packages import put
from tests.rules.example_folders import write_example
from tests.samples.packages import XML
from tests.snippets import environment, run, snippets

PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
#: Beginning of a command -> why it cannot run here.
CANNOT_RUN = {
    "curl ": "needs a site with an account",
    "extery preview": "runs until it is stopped",
    "BLENDER_USER_EXTENSIONS=/srv/extensions extery enable": "needs a Blender",
    "extery disable": "needs a Blender",
    "extery enable": "needs a Blender",
    "extery repo import": "needs a Blender",
    "extery repo export": "needs a Blender",
    "extery test": "needs a Blender",
    "extery serve": "runs until it is stopped",
    "extery worker": "runs until it is stopped",
    "extery manage": "needs the data of a site",
    "gh ": "needs an account of a code host",
    "gunicorn": "runs until it is stopped",
    "journalctl ": "needs the log of a service",
    "jq ": "needs the log of a site",
    "pip ": "needs a package index",
    "rclone ": "needs a bucket",
    "sha256sum ": "needs a file of a site",
    "sudo ": "changes the machine",
    "uv ": "needs a package index",
    "EXTERY_DATA=/srv/extery extery manage": "needs the data of a site",
    "EXTERY_DATA=bench extery manage": "needs the data of a site",
}
#: Pages whose blocks are shell configuration, tested in tests/cli/test_cli.py.
SHELL_CONFIGURATION = {"complete-commands-in-a-shell.md"}

#: Prepares the folder of a page; yields texts to replace in its commands.
Setup = Callable[[Path], Iterator[dict[str, str]]]


def nothing(folder: Path) -> Iterator[dict[str, str]]:
    yield {}


def packages(folder: Path) -> Iterator[dict[str, str]]:
    target = folder / "packages"
    target.mkdir()
    for version in ("1.2.0", "1.2.3"):
        put(target, f"gear_tool-{version}.zip", version=version)
    put(target, "bolts.zip", extension_id="bolts", version="2.0.0")
    put(target, "dusk.zip", extension_id="dusk", version="1.0.0", kind="theme")
    yield {}


def add_on(folder: Path) -> Iterator[dict[str, str]]:
    source = folder / "my_addon"
    source.mkdir()
    (source / "__init__.py").write_text("def register(): pass\n\n\ndef unregister(): pass\n")
    (source / "blender_manifest.toml").write_text(
        'schema_version = "1.0.0"\nid = "my_addon"\nversion = "1.2.3"\nname = "My Gears"\n'
        'tagline = "Cuts gears"\nmaintainer = "Ada"\ntype = "add-on"\n'
        'blender_version_min = "4.2.0"\nlicense = ["SPDX:GPL-3.0-or-later"]\n'
    )
    yield {}


def versions(folder: Path) -> Iterator[dict[str, str]]:
    for version in ("1.0.0", "1.1.0"):
        put(folder, f"gears-{version}.zip", extension_id="gears", version=version)
    list(add_on(folder))
    (folder / "my_addon").rename(folder / "gears")
    yield {}


def checked(folder: Path) -> Iterator[dict[str, str]]:
    write_example(example_text("code.pip", "bad"), folder)
    yield {}


def theme(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "dusk").mkdir()
    (folder / "dusk" / "dusk.xml").write_bytes(XML)
    yield {}


def wheels(folder: Path) -> Iterator[dict[str, str]]:
    list(add_on(folder))
    with serving_index() as index:
        index.add("speechkit", "1.2.0", EVERYWHERE, requires=["numpy", "textlib>=2"])
        index.add("textlib", "2.0")
        yield {"extery wheels": f"EXTERY_INDEX_URL={index.url} extery wheels"}


def audited(folder: Path) -> Iterator[dict[str, str]]:
    name, data = (
        wheel_name("speechkit", "1.2.0"),
        wheel_with("License-Expression: MIT", name="speechkit", version="1.2.0"),
    )
    (folder / "my_addon-1.2.3.zip").write_bytes(package_with({name: data}).getvalue())
    entry = advisory("PYSEC-2026-1", "speechkit", database_specific={"severity": "LOW"})
    write_dump(folder / "all.zip", [entry])
    with serving_index() as index:
        index.entry("speechkit", name, data)
        yield {"extery wheels": f"EXTERY_INDEX_URL={index.url} extery wheels"}


def source(folder: Path) -> Iterator[dict[str, str]]:
    with serving() as web:
        made = Repository(folder / ".source", web)
        made.add("gear.zip")
        yield {
            "https://extensions.example.org/api/v1/extensions/": made.url,
            "/srv/extensions": str(folder / "extensions"),
        }


def shared_set(folder: Path) -> Iterator[dict[str, str]]:
    with serving() as web:
        made = Repository(folder / ".source", web)
        made.add("gear.zip")
        yield {"https://extensions.example.org/sets/ada/first-week/index.json": made.url}


def repositories(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "token.txt").write_text("secret\n")
    yield from source(folder)


SETUPS: dict[str, Setup] = {
    "build-a-package.md": add_on,
    "check-before-review.md": checked,
    "check-in-ci.md": add_on,
    "find-incompatible-names.md": add_on,
    "host-a-folder.md": packages,
    "list-old-add-ons.md": packages,
    "mirror-a-repository.md": source,
    "publish-a-theme.md": theme,
    "publish-from-a-script.md": add_on,
    "publish-on-pages.md": packages,
    "publish-with-releases.md": add_on,
    "review-an-update.md": versions,
    "shape-the-page.md": packages,
    "audit-wheels.md": audited,
    "bundle-wheels.md": wheels,
    "install-in-a-classroom.md": source,
    "install-on-a-render-farm.md": source,
    "share-a-set.md": shared_set,
    "use-repositories.md": repositories,
}


def reason_not_to_run(command: str) -> str:
    return next((why for start, why in CANNOT_RUN.items() if command.startswith(start)), "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_snippet_of_a_how_to_works(page: Path, tmp_path: Path) -> None:
    if page.name in SHELL_CONFIGURATION:
        assert not any(snippet.commands for snippet in snippets(page))
        return
    variables = environment(tmp_path)
    with contextmanager(SETUPS.get(page.name, nothing))(tmp_path) as replacements:
        for snippet in snippets(page):
            commands = snippet.commands
            if snippet.file:
                path = tmp_path / snippet.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(snippet.text)
                if path.name == "blender_repo.toml" or path.parent.name == "sets":
                    # The page says to generate again after each change.
                    commands = ["extery server-generate --repo-dir packages/"]
            for command in commands:
                if command.startswith("export "):
                    continue  # settings of a site
                if reason_not_to_run(command):
                    continue
                for old, new in replacements.items():
                    command = command.replace(old, new)
                result = run(command, tmp_path, variables)
                assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"


def test_the_first_output_on_the_page_of_a_folder_is_that_of_the_command(tmp_path: Path) -> None:
    list(packages(tmp_path))
    block = snippets(ROOT / "docs" / "how-to" / "host-a-folder.md")[0]

    result = run(*block.commands, tmp_path, environment(tmp_path))

    #: Paths and compressed variants differ from machine to machine.
    shown = [
        line
        for line in block.text.splitlines()
        if not line.startswith(("$ ", "written: ", "paste "))
    ]
    assert shown == [
        line
        for line in [*result.stdout.splitlines(), *result.stderr.splitlines()]
        if not line.startswith(("written: ", "paste "))
    ]


def test_the_reasons_not_to_run_a_command_are_needed() -> None:
    commands = [command for page in PAGES for block in snippets(page) for command in block.commands]

    unused = [
        start for start in CANNOT_RUN if not any(command.startswith(start) for command in commands)
    ]
    assert unused == []


def test_every_configuration_on_a_page_is_a_file_of_its_test() -> None:
    """A configuration without a file name is tested by nobody."""
    unnamed = [
        (page.name, block.text.splitlines()[0])
        for page in PAGES
        for block in snippets(page)
        if block.language in ("toml", "yaml", "html") and not block.file
    ]
    assert unnamed == []


def test_every_command_on_a_page_is_in_a_block_that_its_test_runs() -> None:
    """Commands in a block of another language are not run."""
    others = [
        (page.name, block.text.splitlines()[0])
        for page in PAGES
        if page.name not in SHELL_CONFIGURATION
        for block in snippets(page)
        if block.language in ("sh", "bash", "shell", "powershell")
    ]
    assert others == []
