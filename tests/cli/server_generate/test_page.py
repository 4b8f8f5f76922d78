"""The page that ``server-generate`` writes, and which pages it replaces."""

import shutil
from pathlib import Path

from tests.cli.server_generate.command import generate


def test_a_page_is_written_on_request(packages: Path) -> None:
    generate()
    assert not (packages / "index.html").exists()

    assert generate("--html").stderr.startswith(
        "written: packages/index.html\npaste into Blender: "
    )
    assert (packages / "index.html").read_text().startswith("<!doctype html>")


def test_a_page_of_another_origin_is_replaced_only_with_force(packages: Path) -> None:
    page = packages / "index.html"
    page.write_text("<!doctype html><title>Home of Ada</title>")

    refused = generate("--html")

    assert refused.exit_code == 1
    assert "[generate.page-not-owned]" in refused.stderr
    assert "--force" in refused.stderr
    assert "Home of Ada" in page.read_text()
    assert not (packages / "index.json").exists()
    assert generate().exit_code == 0  # without a page nothing is replaced
    assert "Home of Ada" in page.read_text()
    assert generate("--html", "--force").exit_code == 0
    assert "Home of Ada" not in page.read_text()
    assert generate("--html").exit_code == 0


def test_a_page_from_a_template_is_recognised_after_its_state_is_lost(packages: Path) -> None:
    Path("mine.html").write_text("<h1>Mine</h1>${body}")
    generate("--html", "--html-template", "mine.html")
    shutil.rmtree(packages / ".extery")

    assert generate("--html").exit_code == 0
    assert "<h1>Mine</h1>" not in (packages / "index.html").read_text()


def test_a_template_is_filled_in(packages: Path) -> None:
    Path("mine.html").write_text("<h1>Mine</h1>${body}")

    without = generate("--html-template", "mine.html")
    assert "no effect without --html" in without.stderr
    assert without.exit_code == 0
    generate("--html", "--html-template", "mine.html")
    assert (packages / "index.html").read_text().startswith("<h1>Mine</h1>")
