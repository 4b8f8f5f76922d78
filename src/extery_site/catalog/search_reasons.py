"""Why a search found an extension, where its card does not show it: a line with the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from extery_site.catalog.models import Extension, SearchTerm
from extery_site.catalog.search_words import search_phrases
from extery_site.search.queries import MIN_PREFIX, TextQuery, storable
from extery_site.search.words import name_words, words_of
from extery_site.ui.templatetags.extery_pages import visible

#: Characters of a description around the first word that was found.
_BEFORE, _LENGTH = 40, 130
#: Characters of a description in which the words are looked for; a page has 24 of them.
_MAX_SEARCHED = 8_000
_MAX_TERMS = 500
_MAX_LABELS = 4
_WORD = re.compile(r"[^\W_]+")
#: Without a bracket within brackets and with limits: descriptions are of authors, and every text is searched in linear time.
_MARKUP = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,500}\)|[*`>#|~]+|<[^<>]{0,300}>")
#: Endings without which words of a search and of a text are compared, as the stems of the databases do.
_ENDING = re.compile(r"(?<=\w{3})(?:ations?|ings?|ers?|ed|ies|y|es|s|e)$")


class Reason(NamedTuple):
    """Where the words are, such as ``Does``, and a text with the words marked."""

    label: str
    text: SafeString


def add_reasons(extensions: Sequence[Extension], text: str) -> None:
    """Set ``search_reason`` of the extensions of a page, in two queries; ``None`` if name, tagline or author have it."""
    text = storable(text)
    words, phrases = TextQuery.parse(text).words, search_phrases(text)
    left = {extension.pk: _words_left(extension, words) for extension in extensions}
    unclear = [extension for extension in extensions if phrases or left[extension.pk]]
    terms = _terms(unclear, words, phrases) if unclear else {}
    tags = _tags(unclear) if unclear else {}
    for extension in extensions:
        key = extension.pk
        reason = _reason(extension.description, left[key], terms.get(key, ()), tags.get(key, ()))
        extension.search_reason = reason  # type: ignore[attr-defined]


def _words_left(extension: Extension, words: Sequence[str]) -> list[str]:
    """Return the words that a card does not show."""
    owner = extension.owner
    shown = [
        *name_words(extension.name),
        *name_words(extension.extension_id),
        *words_of(f"{extension.tagline} {owner.username} {owner.full_name}"),
    ]
    return [word for word in words if not any(_is_meant(one, [word]) for one in shown)]


def _reason(
    description: str, left: Sequence[str], terms: Sequence[str], tags: Sequence[str]
) -> Reason | None:
    if phrase := next((term for term in terms if " " in term), ""):
        return _phrase_reason(phrase)
    if not left:
        return None
    for label, texts in (("Tag", tags), ("Does", terms)):
        if has := [one for one in texts if any(_is_meant(word, left) for word in words_of(one))]:
            return Reason(label, mark(", ".join(has[:_MAX_LABELS]), left))
    return _text_reason(description, left)


def _phrase_reason(phrase: str) -> Reason:
    first, _, rest = phrase.partition(" ")
    if first in ("import", "export"):
        return Reason("Format", format_html("{} <mark>.{}</mark>", f"{first}s", rest))
    keys = " ".join(key.capitalize() for key in phrase.split())
    return Reason("Shortcut", format_html("<mark>{}</mark>", keys))


def _text_reason(description: str, words: Sequence[str]) -> Reason | None:
    text = description[:_MAX_SEARCHED]
    plain = " ".join(_MARKUP.sub(lambda found: found[1] or " ", text).split())
    for found in _WORD.finditer(plain):
        if any(_is_meant(word, words) for word in words_of(found[0])):
            start = max(0, found.start() - _BEFORE)
            if start:
                start = plain.find(" ", start, found.start()) + 1 or found.start()
            part = plain[start : start + _LENGTH]
            if start + _LENGTH < len(plain):
                part = f"{part.rpartition(' ')[0] or part} …"
            return Reason("Text", mark(f"… {part}" if start else part, words))
    return None


def mark(text: str, words: Sequence[str]) -> SafeString:
    """Return a text as HTML, with the words that a search for ``words`` means marked."""
    parts: list[str] = []
    end = 0
    for found in _WORD.finditer(text):
        if any(_is_meant(word, words) for word in words_of(found[0])):
            parts += (
                format_html("{}", visible(text[end : found.start()])),
                format_html("<mark>{}</mark>", visible(found[0])),
            )
            end = found.end()
    parts.append(format_html("{}", visible(text[end:])))
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped


def _is_meant(word: str, words: Sequence[str]) -> bool:
    return any(
        word == one
        or (len(one) >= MIN_PREFIX and word.startswith(one))
        or _ENDING.sub("", word) == _ENDING.sub("", one)
        for one in words
    )


def _terms(
    extensions: Sequence[Extension], words: Iterable[str], phrases: Sequence[str]
) -> dict[int, list[str]]:
    condition = Q(term__in=phrases)
    for word in words:
        beginning = _ENDING.sub("", word)
        condition |= Q(term__gte=beginning, term__lt=f"{beginning}\U0010ffff")
    rows = SearchTerm.objects.filter(condition, extension__in=extensions).order_by("pk")
    found = rows.values_list("extension_id", "term")[:_MAX_TERMS]
    return _grouped((key, term) for key, term in found if " " not in term or term in phrases)


def _tags(extensions: Sequence[Extension]) -> dict[int, list[str]]:
    through = Extension.tags.through.objects.filter(extension__in=extensions)
    return _grouped(through.order_by("pk").values_list("extension_id", "tag__name"))


def _grouped(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for key, text in rows:
        grouped.setdefault(key, []).append(text)
    return grouped
