"""The page of a repository: its content, its links, and custom templates."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from extery.core.errors import InvalidInput, ProblemList
from extery.listing.entries import Entry
from extery.repository.page.cards import drag_link
from extery.repository.page.html import TEMPLATE_NAMES, read_template
from tests.parts import ROOT
from tests.repository.page.pages import page

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
    """Collects the links, headings and text of a page."""

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


def read(
    *entries: Entry,
    blocklist: list[dict[str, Any]] | None = None,
    metadata: dict[str, dict[str, Any]] | None = None,
) -> Reader:
    template = read_template(None, ProblemList())
    return Reader(page(entries, blocklist or [], template=template, metadata=metadata))


def test_a_card_shows_the_details_of_an_extension() -> None:
    found = read(FULL | {"tags": ["Mesh"], "permissions": {"files": "Reads gear tables"}})

    for text in ("Add-ons", "Gear Tool", "1.2.3", "Make gears of any size", "gear_tool"):
        assert text in found.text
    assert "Blender 4.2 to below 5.0" in found.text
    assert "Windows (x64), Linux (x64)" in found.text
    assert "Python 3.11" in found.text
    assert "12\N{NO-BREAK SPACE}KB" in found.text
    assert "Ada Smith" in found.text
    assert "ada@example.org" not in found.text
    assert "GPL-3.0-or-later" in found.text
    assert "Mesh" in found.text
    assert "Reads gear tables" in found.text
    assert found.links["Website"] == "https://example.org/?a=1&b=2"


def test_open_ranges_are_shown_in_words() -> None:
    found = read(ENTRY)

    assert "Blender 4.2 or newer" in found.text
    assert "Website" not in found.links
    assert "Python" not in found.text


def test_types_have_sections_of_their_own() -> None:
    both = read(ENTRY | {"type": "theme", "id": "dusk"}, ENTRY, FULL | {"id": "other"})
    one = read(ENTRY | {"type": "theme"})

    assert both.tags.count("section") == 2
    assert both.text.index("Add-ons 2") < both.text.index("Themes 1")
    assert one.tags.count("section") == 1
    assert "Add-ons" not in one.text


def test_an_empty_folder_has_a_page() -> None:
    assert "There are no packages yet." in read().text


def test_versions_and_platforms_of_an_extension_share_a_card_newest_first() -> None:
    old = ENTRY | {"version": "1.9.0", "archive_url": "./old.zip"}
    new = ENTRY | {"version": "1.10.0", "name": "Gears", "archive_url": "./new.zip"}

    found = read(old, new, ENTRY | {"id": "anvil", "name": "anvil"})

    assert found.tags.count("article") == 2
    assert found.text.index("anvil") < found.text.index("Gears")
    assert "Gears 1.10.0" in found.text
    assert found.text.index("1.10.0 · Blender") < found.text.index("1.9.0 · Blender")


def test_metadata_of_the_package_are_shown() -> None:
    metadata = {
        "date": "2026-03-04",
        "changes": "1.2.3\n• <Faster>",
        "theme_styles": "--view:#123456",
        "contrast": ["weak", "Text has weak contrast."],
    }

    found = read(ENTRY, metadata={ENTRY["archive_url"]: metadata})

    for text in ("2026-03-04", "1.2.3\n• <Faster>", "Text has weak contrast."):
        assert text in found.text
    html = page([ENTRY], [], template="${body}", metadata={ENTRY["archive_url"]: metadata})
    assert 'style="--view:#123456"><use href="#blender"/>' in html
    assert html.count('<symbol id="blender"') == 1


def test_the_picture_of_an_extension_without_an_icon_depends_on_its_id_alone() -> None:
    def pictures(**fields: str) -> list[str]:
        html = page([ENTRY | fields], [], template="${body}")
        return re.findall(r'<svg class="pic".*?<use[^>]*>', html)

    assert len(pictures()) == 1
    assert pictures() == pictures(version="2.0.0", tagline="Other")
    assert pictures() != pictures(id="other_tool")


def test_the_drag_link_has_the_query_that_blender_parses() -> None:
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


def test_texts_of_packages_are_escaped() -> None:
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
        assert "img" not in reader.tags
        assert reader.tags.count("script") == 1
        assert nasty in reader.text


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", "example.org", " "])
def test_a_website_that_is_no_http_url_is_not_linked(website: str) -> None:
    assert "Website" not in read(ENTRY | {"website": website}).links


def test_a_blocked_extension_is_shown_with_its_reason_and_cannot_be_dragged() -> None:
    found = read(ENTRY, blocklist=[{"id": "gear_tool", "reason": "Deletes presets"}])

    assert "Blocked: Deletes presets" in found.text
    assert "Drag into Blender" not in found.links


def test_the_page_refers_to_no_other_files() -> None:
    text = page([FULL], [], template=read_template(None, ProblemList()))

    found = Reader(text)
    assert not {"img", "iframe", "base"} & set(found.tags)
    assert re.findall(r"<link [^>]*href=\"([^:]*):", text) == ["data"]
    assert found.tags.count("script") == 1
    assert "@import" not in text
    assert "url(" not in text
    assert not re.search(r'\bsrc=|="https?://(?!example\.org)', text)


def test_the_same_packages_give_the_same_page() -> None:
    template = read_template(None, ProblemList())

    assert "${date}" not in template
    assert page([FULL], [], template=template) == page([FULL], [], template=template)


def test_the_content_security_policy_allows_only_the_script_of_the_page() -> None:
    text = page([ENTRY], [], template=read_template(None, ProblemList()))

    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_a_custom_template_gets_the_values_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "mine.html").write_text(
        "<h1>${title}, $$5</h1>${repository} $count<p>$date</p>${body}"
    )

    template = read_template(tmp_path / "mine.html", ProblemList())
    text = page([ENTRY], [], template=template, title="Gears & more")
    hosted = page([], [], template="${repository}", repository="https://example.org/index.json")

    assert text.startswith("<h1>Gears &amp; more, $5</h1>index.json 1<p>2023-11-14, 22:13</p>")
    assert "<article" in text
    assert hosted == "https://example.org/index.json"


def test_every_variable_of_templates_is_documented() -> None:
    documented = (ROOT / "docs" / "how-to" / "shape-the-page.md").read_text("utf-8")

    assert [name for name in TEMPLATE_NAMES if f"`${{{name}}}`" not in documented] == []
    page([], [], template=" ".join(f"${{{name}}}" for name in TEMPLATE_NAMES))


def test_the_date_is_the_current_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)

    day, time = page([], [], template="${date}").split(", ")

    assert len(day.split("-")) == 3
    assert len(time.split(":")) == 2


@pytest.mark.parametrize("value", ["99999999999999999", "²", "tomorrow"])
def test_an_invalid_date_is_ignored(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)

    assert page([], [], template="${date}").startswith("20")


def test_all_errors_of_a_template_are_reported_with_their_location(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<p>5$ ${body}\n$titel ${nam e}</p>\n$ß")

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
def test_an_unreadable_template_is_reported(tmp_path: Path, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / "mine.html").write_bytes(data)

    with pytest.raises(InvalidInput) as caught:
        read_template(tmp_path / "mine.html", ProblemList())

    assert caught.value.code == "generate.template-unreadable"
