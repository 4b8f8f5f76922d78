"""The page of a repository: what it says, its links, and templates of one's own."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from extery.core.errors import InvalidInput, ProblemList
from extery.core.listing import Entry
from extery.generate.page import drag_link, page, read_template

ENTRY: Entry = {
    "schema_version": "1.0.0",
    "id": "gear_tool",
    "name": "Gear Tool",
    "tagline": "Make gears of any size",
    "version": "1.2.3",
    "type": "add-on",
    "maintainer": "Ada Smith <ada@example.org>",
    "license": ["SPDX:GPL-3.0-or-later"],
    "blender_version_min": "4.2.0",
    "archive_url": "./gear_tool-1.2.3.zip",
    "archive_size": 12345,
    "archive_hash": "sha256:" + 64 * "0",
}
FULL = ENTRY | {
    "blender_version_max": "5.0.0",
    "platforms": ["windows-x64", "linux-x64"],
    "python_versions": ["3.11"],
    "website": "https://example.org/?a=1&b=2",
}


class Reader(HTMLParser):
    """Links, headings and all text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.tags: list[str] = []
        self.text = ""
        self._href = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self._href = dict(attrs)["href"] or ""

    def handle_data(self, data: str) -> None:
        if self._href:
            self.links[data] = self._href
            self._href = ""
        self.text += data


def read(*entries: Entry, blocklist: list[dict[str, Any]] | None = None) -> Reader:
    return Reader(page(entries, blocklist or [], template=read_template(None, ProblemList())))


def test_the_page_shows_what_people_choose_by() -> None:
    found = read(FULL)

    for text in ("Add-ons", "Gear Tool", "1.2.3", "Make gears of any size", "gear_tool", "3.11"):
        assert text in found.text
    assert "4.2.0 to below 5.0.0" in found.text
    assert "Windows (x64)" in found.text
    assert "12 KB" in found.text
    assert "Ada Smith" in found.text
    assert "ada@example.org" not in found.text
    assert found.links["Website"] == "https://example.org/?a=1&b=2"


def test_what_is_open_is_said_in_words() -> None:
    found = read(ENTRY)

    assert "4.2.0 or newer" in found.text
    assert "Website" not in found.links


def test_types_have_tables_of_their_own() -> None:
    both = read(ENTRY | {"type": "theme"}, ENTRY, FULL)
    one = read(ENTRY | {"type": "theme"})

    assert both.tags.count("table") == 2
    assert both.text.index("Add-ons") < both.text.index("Themes")
    assert one.tags.count("table") == 1
    assert "Add-ons" not in one.text


def test_an_empty_folder_has_a_page_too() -> None:
    assert "There are no packages yet." in read().text


def test_the_link_carries_what_blender_reads_when_it_is_dropped() -> None:
    link = read(FULL).links["Drag into Blender"]

    parts = urlsplit(link)
    assert parts.path == "./gear_tool-1.2.3.zip"
    assert parse_qsl(parts.query) == [
        ("repository", "./index.json"),
        ("blender_version_min", "4.2.0"),
        ("blender_version_max", "5.0.0"),
        ("platforms", "windows-x64,linux-x64"),
        ("python_versions", "3.11"),
    ]
    assert drag_link(ENTRY) == (
        "./gear_tool-1.2.3.zip?repository=.%2Findex.json&blender_version_min=4.2.0"
    )


def test_no_text_of_a_package_becomes_markup() -> None:
    nasty = '<script>alert("1")</script>&amp;\''
    entry = FULL | {
        "name": nasty,
        "tagline": nasty,
        "version": "1.0.0",
        "maintainer": '"><img src=x>',
        "platforms": [nasty],
        "python_versions": [nasty],
        "website": 'https://example.org/"><script>',
        "archive_url": "./a%22.zip",
    }

    found = read(entry, blocklist=[])
    blocked = read(entry, blocklist=[{"id": "gear_tool", "reason": nasty}])

    for reader in (found, blocked):
        assert not {"script", "img"} & set(reader.tags)
        assert nasty in reader.text


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", "example.org", " "])
def test_a_website_that_is_no_web_address_is_not_linked(website: str) -> None:
    assert "Website" not in read(ENTRY | {"website": website}).links


def test_a_blocked_extension_is_shown_with_its_reason_and_cannot_be_dragged() -> None:
    found = read(ENTRY, blocklist=[{"id": "gear_tool", "reason": "Deletes presets"}])

    assert "Blocked: Deletes presets" in found.text
    assert "Drag into Blender" not in found.links


def test_the_page_needs_no_script_and_no_other_file() -> None:
    text = page([FULL], [], template=read_template(None, ProblemList()))

    found = Reader(text)
    assert not {"script", "link", "img", "iframe"} & set(found.tags)
    assert "@import" not in text
    assert "url(" not in text


def test_the_same_packages_make_the_same_page() -> None:
    template = read_template(None, ProblemList())

    assert "${date}" not in template
    assert page([FULL], [], template=template) == page([FULL], [], template=template)


def test_a_template_of_ones_own_gets_the_body_and_the_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "mine.html").write_text("<h1>Mine, $$5</h1>${body}<p>$date</p>")

    template = read_template(tmp_path / "mine.html", ProblemList())
    text = page([ENTRY], [], template=template)

    assert text.startswith("<h1>Mine, $5</h1><h2>Add-ons")
    assert text.endswith("<p>2023-11-14, 22:13</p>")


def test_the_date_is_that_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)

    day, time = page([], [], template="${date}").split(", ")

    assert len(day.split("-")) == 3
    assert len(time.split(":")) == 2


def test_everything_wrong_with_a_template_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<p>5$ ${body}\n$title ${nam e}</p>\n$ß")

    with pytest.raises(InvalidInput) as caught:
        read_template(tmp_path / "mine.html", ProblemList())

    assert [(p.code, p.where.line, p.where.column) for p in caught.value.problems] == [
        ("generate.template-stray-dollar", 1, 5),
        ("generate.template-unknown-name", 2, 1),
        ("generate.template-stray-dollar", 2, 8),
        ("generate.template-stray-dollar", 3, 1),
    ]


def test_a_template_without_a_body_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<p>Nothing here</p>")
    problems = ProblemList()

    read_template(tmp_path / "mine.html", problems)

    assert [problem.code for problem in problems] == ["generate.template-without-body"]


@pytest.mark.parametrize("data", [None, b"\xff"], ids=["missing", "not UTF-8"])
def test_a_template_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "mine.html").write_bytes(data)

    with pytest.raises(InvalidInput) as caught:
        read_template(tmp_path / "mine.html", ProblemList())

    assert caught.value.code == "generate.template-unreadable"
