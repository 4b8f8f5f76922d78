"""Markdown of users is rendered as safe HTML."""

from __future__ import annotations

import pytest

from extery.core.errors import Problem, Where
from extery_site.ui.form_problems import sentence
from extery_site.ui.markup import plain_text, render
from extery_site.ui.templatetags.extery_pages import licence_name, short_number, short_url


def test_common_markdown_is_rendered() -> None:
    html = render("**bold** ~~gone~~ `code`\n\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
    for part in (
        "<strong>bold</strong>",
        "<s>gone</s>",
        "<code>code</code>",
        "<li>one</li>",
        "<td>2</td>",
    ):
        assert part in html


def test_headings_start_at_level_three() -> None:
    html = render("# One\n\n## Two\n\n###### Six")
    assert html.split("\n") == ["<h3>One</h3>", "<h4>Two</h4>", "<h6>Six</h6>", ""]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        "![x](javascript:alert(1))",
        "<iframe src=//bad.example></iframe>",
        "<style>body{display:none}</style>",
        '[x](https://example.org "\\" onmouseover=alert(1)")',
    ],
)
def test_no_script_runs(text: str) -> None:
    html = render(text)
    for tag in ("<script", "<img", "<svg", "<iframe", "<style"):
        assert tag not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert " onmouseover=" not in html.replace('" onmouseover=alert(1)"', "").replace(
        "&quot; onmouseover", ""
    )


def test_images_of_other_servers_become_links() -> None:
    html = render("![A gear](https://example.org/gear.png)")
    assert '<a href="https://example.org/gear.png"' in html
    assert ">A gear</a>" in html


def test_links_are_nofollow_and_have_no_opener() -> None:
    assert 'rel="nofollow noopener ugc"' in render("[site](https://example.org)")


def test_a_problem_becomes_a_sentence() -> None:
    where = Where("blender_manifest.toml", ("id",))
    message = "id must be a Python identifier"
    assert sentence(Problem("x", message, where=where)) == f"{message}."
    assert sentence(Problem("x", "the image is a GIF file")) == "The image is a GIF file."


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (12_345, "12.3k"), (2_000_000, "2M")],
)
def test_counts_are_abbreviated(number: int, text: str) -> None:
    assert short_number(number) == text


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("SPDX:GPL-3.0-or-later", "GNU General Public Licence, version 3 or later"),
        ("SPDX:mit", "MIT Licence"),
        ("SPDX:NTP", "NTP"),
        ("My own licence", "My own licence"),
    ],
)
def test_licence_identifiers_are_shown_as_names(licence: str, name: str) -> None:
    assert licence_name(licence) == name


def test_urls_are_shown_without_scheme_and_trailing_slash() -> None:
    assert short_url("https://www.example.org/gears/") == "example.org/gears"


def test_names_at_the_start_of_a_sentence_keep_their_case() -> None:
    def text(code: str, **values: str | int) -> str:
        return sentence(Problem.of(code, **values))

    assert text("package.legacy", file="gear_tool.zip").startswith("gear_tool.zip is")
    assert text("package.legacy", file="gears").startswith("gears is")
    assert text("package.too-many-members", members=3, limit=2).startswith("The package")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gears", "Gears"),
        ("- **Bold** and _soft_\n- second", "Bold and soft second"),
        ("# Title\n\nSee [the page](https://example.org/).", "Title See the page."),
        ("a < b && `c > d`", "a < b && c > d"),
        ("<script>alert(1)</script> x", "<script>alert(1)</script> x"),
        ("", ""),
    ],
)
def test_plain_text_has_the_words_without_marks(text: str, words: str) -> None:
    assert plain_text(text) == words
