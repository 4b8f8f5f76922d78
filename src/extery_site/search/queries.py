"""What a search asks of the index, and how the databases are asked for it."""

from __future__ import annotations

from typing import NamedTuple

from extery_site.search.words import words_of

#: Words of a search that count.
MAX_WORDS = 8
#: Characters of a search that count.
MAX_LENGTH = 200
#: A shorter last word is found only if it is equal, not as the beginning of another.
MIN_PREFIX = 2


def storable(text: str) -> str:
    """Return the part of a text that counts, without what databases cannot store."""
    return text[:MAX_LENGTH].replace("\0", " ").encode("utf-8", "replace").decode().strip()


class TextQuery(NamedTuple):
    """Words that an extension must have, each of them; the last one can be the beginning of a word."""

    words: tuple[str, ...]
    has_beginning: bool = True

    @classmethod
    def parse(cls, text: str) -> TextQuery:
        """Read what someone typed. Any text is one: its signs only separate words."""
        return cls(tuple(dict.fromkeys(words_of(text[:MAX_LENGTH])[:MAX_WORDS])))

    @property
    def complete(self) -> TextQuery:
        """The words before the last one, none of which is a beginning: cheap to look for, whatever the last one is."""
        return TextQuery(self.words[:-1], has_beginning=False)

    @property
    def fts5(self) -> str:
        """The query in the language of SQLite's FTS5; words are letters and digits, so nothing is to be escaped."""
        return " AND ".join(
            f'("{word}" OR "{word}" *)' if self._is_beginning(number) else f'"{word}"'
            for number, word in enumerate(self.words)
        )

    @property
    def tsquery(self) -> str:
        """The query in the language of PostgreSQL's ``to_tsquery``."""
        return " & ".join(
            f"('{word}' | '{word}':*)" if self._is_beginning(number) else f"'{word}'"
            for number, word in enumerate(self.words)
        )

    def _is_beginning(self, number: int) -> bool:
        is_last = self.has_beginning and number == len(self.words) - 1
        return is_last and len(self.words[number]) >= MIN_PREFIX
