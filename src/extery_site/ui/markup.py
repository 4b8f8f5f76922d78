"""Markdown that people wrote, as HTML that is safe to show: no HTML of theirs, no pictures from elsewhere."""

from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# The page has its h1, and a section its h2: a writer's first level is the third.
LEVELS_BELOW = 2
TAGS = {
    *("p", "br", "hr", "a", "em", "strong", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def render(text: str) -> SafeString:
    """Markdown as HTML."""
    html = nh3.clean(
        _reader().render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return mark_safe(html)  # noqa: S308  cleaned in the line above


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.add_render_rule("image", _image_as_link)
    reader.core.ruler.push("levels", _lower_headings)
    return reader


def _image_as_link(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    """The alternative text, linked: a page shows no pictures of other servers."""
    token = tokens[at]
    label = renderer.renderInlineAsText(token.children, options, env) or token.attrs["src"]
    return f'<a href="{escape(token.attrs["src"])}">{escape(label)}</a>'


def _lower_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + LEVELS_BELOW, 6)}"
