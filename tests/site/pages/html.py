"""Parses pages and checks them for HTML and accessibility errors."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "path",
        "rect",
        "circle",
        "use",
    ]
)
#: Elements that need a name, in their text or in one of these attributes.
NAMED = {"a", "button", "summary"}


@dataclass
class Element:
    """An element with its attributes and its text content."""

    tag: str
    attributes: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


class Page(HTMLParser):
    """The elements of a page in order; ``problems`` lists parse errors."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.elements: list[Element] = []
        self.problems: list[str] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        self.problems += [f"<{element.tag}> is not closed" for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.problems += [f"<{tag}> has {name} twice" for name, count in names.items() if count > 1]
        parents = tuple(element.tag for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, parents)
        if self._open:
            self._open[-1].children.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1].tag != tag:
            inside = self._open[-1].tag if self._open else "nothing"
            self.problems.append(f"</{tag}> closes inside <{inside}> at {self.getpos()}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """Return the elements with these tag names."""
        return [element for element in self.elements if element.tag in tags]

    def classed(self, name: str) -> list[Element]:
        """Return the elements with a class."""
        return [element for element in self.elements if name in element.get("class").split()]

    def by_id(self, name: str) -> Element:
        return next(element for element in self.elements if element.get("id") == name)

    @property
    def links(self) -> list[str]:
        return [element["href"] for element in self.all("a") if "href" in element.attributes]

    @property
    def title(self) -> str:
        return self.all("title")[0].words

    @property
    def h1(self) -> str:
        return self.all("h1")[0].words


def page_of(response: Any) -> Page:
    """Return the page of a response after a check of its HTML."""
    page = Page(response.content.decode())
    assert mistakes(page) == []
    return page


def open_page(client: Client, address: str, status: int = 200) -> Page:
    """Request a page; check its status and HTML."""
    response = client.get(address)
    assert response.status_code == status
    return page_of(response)


def mistakes(page: Page) -> list[str]:
    """Return all HTML and accessibility errors of a page."""
    return [
        *page.problems,
        *_frame(page),
        *_policy(page),
        *_references(page),
        *_names(page),
        *_nesting(page),
    ]


def _frame(page: Page) -> list[str]:
    """Check for one h1, a language, landmarks, and headings that skip no level."""
    errors = []
    if len(page.all("h1")) != 1:
        errors.append(f"{len(page.all('h1'))} h1 elements")
    if page.all("html")[0].get("lang") != "en":
        errors.append("no language")
    errors += [f"not one <{name}>" for name in ("main", "title") if len(page.all(name)) != 1]
    if not page.all("title")[0].words:
        errors.append("empty title")
    level = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        if int(heading.tag[1]) > level + 1:
            errors.append(f"<{heading.tag}> “{heading.words}” after a heading of level {level}")
        level = int(heading.tag[1])
    return errors


def _policy(page: Page) -> list[str]:
    """Return elements that the Content-Security-Policy would block."""
    errors = []
    for element in page.elements:
        if element.tag == "style" or "style" in element.attributes:
            errors.append(f"inline style on <{element.tag}>")
        # Browsers do not run data, and the policy is not about it.
        is_data = element.get("type") in ("application/json", "application/ld+json")
        if (
            element.tag == "script"
            and not is_data
            and not element.get("src").startswith("/static/")
        ):
            errors.append("inline or foreign script")
        errors += [f"{name} on <{element.tag}>" for name in element.attributes if name[:2] == "on"]
        if element.get("href").lower().startswith("javascript:"):
            errors.append("javascript: link")
        if element.tag in {"img", "source"} and not element.get("src").startswith(("/", "data:")):
            errors.append(f"foreign image {element.get('src')}")
    return errors


def _references(page: Page) -> list[str]:
    """Return duplicate ids and references to unknown ids."""
    ids = Counter(element["id"] for element in page.elements if "id" in element.attributes)
    errors = [f"id {name} {count} times" for name, count in ids.items() if count > 1]
    for element in page.elements:
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list"):
            lost = [name for name in element.get(attribute).split() if name not in ids]
            errors += [f"<{element.tag} {attribute}={name}> leads nowhere" for name in lost]
        href = element.get("href")
        if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
            errors.append(f"link to {href} leads nowhere")
    return errors


def _names(page: Page) -> list[str]:
    """Return fields without label, images without alt text, links and buttons without text."""
    labelled = {element["for"] for element in page.all("label") if "for" in element.attributes}
    errors = []
    for element in page.all("input", "select", "textarea"):
        hidden = element.get("type") in {"hidden", "submit", "button"}
        named = element.get("id") in labelled or "aria-label" in element.attributes
        if not hidden and not named and "label" not in element.parents:
            errors.append(f"no label for <{element.tag} name={element.get('name')}>")
    errors += [
        f"no alt for {img.get('src')}" for img in page.all("img") if "alt" not in img.attributes
    ]
    for element in page.all(*NAMED):
        if not element.words and "aria-label" not in element.attributes:
            errors.append(f"<{element.tag}> without words: {element.attributes}")
    for element in page.all("nav"):
        if not {"aria-label", "aria-labelledby"} & element.attributes.keys():
            errors.append("<nav> without a name")
    return errors


#: Nesting that a browser would silently correct.
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "section",
        "form",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "pre",
        "blockquote",
        "fieldset",
    ]
)


def _nesting(page: Page) -> list[str]:
    errors = []
    for element in page.elements:
        parent = element.parents[-1] if element.parents else ""
        if element.tag in _BLOCKS and "p" in element.parents:
            errors.append(f"<{element.tag}> inside <p>")
        if element.tag == "li" and parent not in {"ul", "ol"}:
            errors.append(f"<li> inside <{parent}>")
        if parent in {"ul", "ol"} and element.tag != "li":
            errors.append(f"<{element.tag}> inside <{parent}>")
        if element.tag in {"a", "button"} and {"a", "button"} & set(element.parents):
            errors.append(f"<{element.tag}> inside a link or button")
        if element.tag == "form" and "form" in element.parents:
            errors.append("a form inside a form")
        if parent == "dl" and element.tag not in {"dt", "dd", "div"}:
            errors.append(f"<{element.tag}> inside <dl>")
    if re.search(r"{[{%]|[%}]}", page.html):
        errors.append("template syntax is left in the page")
    return errors
