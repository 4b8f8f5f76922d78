"""Everything that the docs name exists: folders, pages, commands, options, problem codes and settings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from extery.cli.app import COMMANDS, extery
from extery.core.codes import AREAS, all_codes
from extery_site.project.settings_loading import reference
from tests.parts import ROOT

DOCS = ROOT / "docs"
SRC = ROOT / "src"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("package", ["extery", "extery_site"])
def test_the_architecture_names_every_folder(package: str) -> None:
    text = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    tree = text.split("```")[1]
    folders = {path.parent.name for path in (ROOT / "src" / package).glob("*/__init__.py")}

    assert {folder for folder in folders if f"  {folder}/" not in tree} == set()


#: Names on the architecture page that are no part of the source tree.
OUTSIDE = {
    "extery.demo",  # an entry point group
    "index.json",
    "changes.json",
    "repo.json",
    "pyproject.toml",
}


def names_in_the_architecture() -> list[str]:
    """Return all names in backticks that look like modules, functions or files of the source tree."""
    text = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    names = re.findall(r"`([A-Za-z_][\w./]*)`", prose)
    return sorted({name for name in names if "/" in name or "." in name} - OUTSIDE)


def exists(name: str) -> bool:
    """Return whether a path below the packages or a dotted name exists."""
    roots = [SRC / "extery", SRC / "extery_site", SRC, ROOT]
    if any((root / name).exists() for root in roots):
        return True
    module, _, attribute = name.rpartition(".")
    steps = module.split(".")
    for root in roots[:2]:
        for file in (
            root.joinpath(*steps).with_suffix(".py"),
            root.joinpath(*steps, "__init__.py"),
        ):
            if file.is_file() and re.search(
                rf"\b{re.escape(attribute)}\b", file.read_text("utf-8")
            ):
                return True
    return False


@pytest.mark.parametrize("name", names_in_the_architecture())
def test_every_name_on_the_architecture_page_exists(name: str) -> None:
    assert exists(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_inside_the_docs_has_a_target(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    seen, ways = set(), [ROOT / "README.md"]
    while ways:
        page = ways.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
        ways += [page.parent / link for link in links if "://" not in link]
    decisions = {page for page in PAGES if page.parent.name == "decisions"}

    assert {page.name for page in PAGES if page.resolve() not in seen} <= {
        page.name for page in decisions
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_heading_in_the_reference(command: str) -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")

    assert f"\n## extery {command}\n" in text


#: Dotted names on the pages that begin like a problem code: a key of manifests.
NOT_CODES = {"build.generated", "blender.org"}
#: Variables that are not settings of the website.
OTHER_VARIABLES = {
    "EXTERY_BLENDER",
    "EXTERY_CACHE",
    "EXTERY_CLIENT_TOKEN",
    "EXTERY_COMPLETE",
    "EXTERY_COMPRESSION",
    "EXTERY_CONFIG",
    "EXTERY_CORPUS",
    "EXTERY_DEBGU",  # in the example of a problem
    "EXTERY_INDEX_URL",
    "EXTERY_OFFLINE",
    "EXTERY_POLICY",
    "EXTERY_REQUIRE",
    "EXTERY_TRY_ALL",  # of the tests
    "EXTERY_TOKEN",  # in the example of a script
}


def quoted_codes(text: str) -> set[str]:
    """Return everything in backticks that looks like a problem code."""
    names = re.findall(r"`([a-z]+(?:\.[a-z0-9_-]+)+)`", text)
    areas = {name for name in names if name.split(".")[0] in AREAS}
    return {name for name in areas if not name.endswith((".py", ".json"))} - NOT_CODES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_problem_code_on_a_page_exists(page: Path) -> None:
    assert quoted_codes(page.read_text("utf-8")) - all_codes().keys() == set()


def test_the_change_log_has_codes_that_exist_and_old_ones_that_do_not() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    renamed = dict(re.findall(r"^\| `([\w.-]+\.[\w.-]+)` \| (.+) \|$", text, re.MULTILINE))

    assert renamed.keys() & all_codes().keys() == set()
    assert quoted_codes(text) - renamed.keys() - all_codes().keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_variable_on_a_page_exists(page: Path) -> None:
    names = set(re.findall(r"EXTERY_[A-Z_]+[A-Z]", page.read_text("utf-8")))

    assert {name for name in names - OTHER_VARIABLES if f"`{name}`" not in reference()} == set()


def command_lines(page: Path) -> Iterator[list[str]]:
    """The words of each call of `extery` in the console blocks of a page."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if not line.lstrip().startswith("$ "):
                continue  # output
            words = shlex.split(line, comments=True)
            while len(words) > 1 and (words[0] == "$" or "=" in words[0]):  # variables
                del words[0]
            if words[:1] == ["extery"]:
                yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_option_of_a_command_on_a_page_exists(page: Path) -> None:
    context = click.Context(extery)
    for name, *arguments in command_lines(page):
        if name == "manage":  # commands of Django
            continue
        command = extery.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group) and arguments and arguments[0][0].isalpha():
            command = command.get_command(context, arguments[0])
            assert command is not None, (name, arguments[0])
        known = {option for parameter in command.params for option in parameter.opts}
        known |= {option for parameter in command.params for option in parameter.secondary_opts}
        used = {word.partition("=")[0] for word in arguments if word.startswith("--")}
        assert used - known == set(), name
