"""Which words occur in the code of an extension, for rules about files that code may use."""

from __future__ import annotations

from collections.abc import Collection

from extery.core.errors import InvalidPackage
from extery.rules.context import RuleContext

#: Files that can name another file of the extension.
_SUFFIXES = (".py", ".pyi", ".toml", ".json", ".md", ".txt", ".xml", ".sh", ".bat")
#: Maximum size of one file and of all that are read, in bytes: code of people has far less.
_MAX_FILE = 1 << 20
_MAX_TOTAL = 32 << 20


def find_words(
    context: RuleContext, words: Collection[str], *, suffixes: tuple[str, ...] = _SUFFIXES
) -> set[str]:
    """Return those of ``words`` that occur in a text file of the extension, up to a limit of what is read."""
    missing = {word: word.encode("utf-8", "surrogatepass") for word in words}
    rest = _MAX_TOTAL
    for name in context.names:
        if not missing or rest <= 0:
            break
        if not name.lower().endswith(suffixes):
            continue
        context.checkpoint()
        try:
            data = context.read(name, limit=min(_MAX_FILE, rest))
        except InvalidPackage:  # other rules report it
            continue
        rest -= len(data)
        for word in [word for word, text in missing.items() if text in data]:
            del missing[word]
    return set(words) - set(missing)
