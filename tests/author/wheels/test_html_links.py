"""Links of a page are found as a browser finds them, in time that grows with the page."""

from __future__ import annotations

import pytest

from extery.author.wheels.html_links import find_links


def test_links_have_their_attributes_in_any_spelling() -> None:
    page = """<!DOCTYPE html><html><head><base href="/files/"></head><body>
    <a href="a.whl#sha256=1">a</a><A data-yanked HREF='b&amp;c.whl' data-requires-python="&gt;=3.8,&lt;4">b</A>
    <a
      href=d.whl
      data-core-metadata="sha256=2"
      data-requires-python=">=3.7,<4">d</a>
    <abbr href="no">x</abbr><a name="no">y</a>"""

    links, base = find_links(page, limit=9)

    assert base == "/files/"
    assert links == [
        {"href": "a.whl#sha256=1"},
        {"data-yanked": "", "href": "b&c.whl", "data-requires-python": ">=3.8,<4"},
        {
            "href": "d.whl",
            "data-core-metadata": "sha256=2",
            "data-requires-python": ">=3.7,<4",
        },
    ]
    assert len(find_links(page, limit=2)[0]) == 2


@pytest.mark.parametrize("text", ["<a ", "<a href='", '<a href="x', "<a\n", "<a a=", "<", "<!--"])
def test_a_page_that_is_made_to_take_long_takes_no_time(text: str) -> None:
    links, _base = find_links(text * 100_000, limit=50_000)
    assert len(links) <= 50_000
