"""Markdown from users as safe HTML: raw HTML is escaped, images become links."""

from collections.abc import MutableMapping, Sequence
from functools import cache, lru_cache
from html import unescape
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# Pages use h1 and h2 themselves, so headings of users start at h3.
HEADING_OFFSET = 2
ALLOWED_TAGS = {
    *("p", "br", "hr", "a", "em", "strong", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
#: Tags of short texts, such as ratings: nothing that could look like a part of the page.
SHORT_TAGS = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"}
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


#: Characters of a text whose HTML is cached, and the number of texts: comments are read more often
#: than written, and a long conversation takes most of its time for Markdown.
MAX_CACHED_LENGTH, MAX_CACHED = 4_000, 1_000


def render(text: str) -> SafeString:
    """Render Markdown as HTML with the tags of `ALLOWED_TAGS`."""
    return _render_cached(text) if len(text) <= MAX_CACHED_LENGTH else _render(text)


def render_short(text: str) -> SafeString:
    """Render paragraphs, lists, quotes, code, emphasis and links; other Markdown stays as it is written."""
    return _render_short_cached(text) if len(text) <= MAX_CACHED_LENGTH else _render_short(text)


def render_document(text: str) -> SafeString:
    """Render Markdown that staff wrote as HTML with the tags of `ALLOWED_TAGS`: its headings are those of the page, from h2."""
    html = nh3.clean(
        _document_parser().render(text),
        tags=ALLOWED_TAGS | {"h2"},
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )
    return mark_safe(html)  # noqa: S308  sanitised by nh3 above


def _render(text: str) -> SafeString:
    html = nh3.clean(
        _parser().render(text),
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return mark_safe(html)  # noqa: S308  sanitised by nh3 above


def _render_short(text: str) -> SafeString:
    html = nh3.clean(
        _short_parser().render(text),
        tags=SHORT_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener ugc",
    )
    return mark_safe(html)  # noqa: S308  sanitised by nh3 above


_render_cached = lru_cache(MAX_CACHED)(_render)
_render_short_cached = lru_cache(MAX_CACHED)(_render_short)


def plain_text(text: str) -> str:
    """Return the words of Markdown in one line, without its marks and the addresses of links."""
    return " ".join(unescape(nh3.clean(_parser().render(text), tags=set())).split())


@cache
def _short_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.disable(["heading", "lheading", "hr", "reference"])
    parser.add_render_rule("image", _image_as_link)
    return parser


@cache
def _parser() -> MarkdownIt:
    return _make_parser(HEADING_OFFSET)


@cache
def _document_parser() -> MarkdownIt:
    return _make_parser(1)


def _make_parser(offset: int) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image_as_link)
    parser.core.ruler.push("levels", lambda state: _lower_headings(state, offset))
    return parser


def _image_as_link(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: Any,
    env: MutableMapping[str, Any],
) -> str:
    """Render an image as a link with its alt text: pages load no images of other servers."""
    token = tokens[index]
    label = renderer.renderInlineAsText(token.children, options, env) or token.attrs["src"]
    return f'<a href="{escape(token.attrs["src"])}">{escape(label)}</a>'


def _lower_headings(state: Any, offset: int) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + offset, 6)}"
