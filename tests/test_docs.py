"""The docs speak of what is there: folders, pages, commands and settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extery.cli import COMMANDS
from tests.parts import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("package", ["extery", "extery_site"])
def test_the_architecture_names_every_folder(package: str) -> None:
    text = (DOCS / "explanation" / "architecture.md").read_text("utf-8")
    tree = text.split("```")[1]
    folders = {path.parent.name for path in (ROOT / "src" / package).glob("*/__init__.py")}

    assert {folder for folder in folders if f"  {folder}/" not in tree} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_inside_the_docs_leads_somewhere(page: Path) -> None:
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
