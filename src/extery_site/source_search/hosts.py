"""Network hosts that a source names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: A longer line is read up to here.
MAX_LINE_LENGTH = 2_000
#: Files in which a host is one that the extension may contact.
SOURCE_SUFFIXES = (".py", ".toml", ".json", ".cfg", ".txt", ".md")

_HOST = re.compile(
    r"\b(?:https?|wss?|ftp)://([a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)", re.IGNORECASE
)
#: A host without a scheme, as a whole string. Other last labels are names of files and operators more often.
_BARE_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}"
    r"(?:app|biz|ch|cloud|cn|co|com|de|dev|eu|fr|gg|info|io|ir|jp|kr|me|net|nl|online|onion|org|pl|ru"
    r"|shop|site|su|tech|to|top|tv|uk|us|vip|xyz)"
    r"|(?:\d{1,3}\.){3}\d{1,3}",
    re.IGNORECASE,
)


def names_hosts(file: str) -> bool:
    """Whether a file of this name is searched for hosts."""
    return file.lower().endswith(SOURCE_SUFFIXES)


def hosts_in(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the hosts of addresses, in lower case, with their lines; lines of comments do not count."""
    for number, line in enumerate(lines, start=1):
        if "://" not in line or line.lstrip().startswith("#"):
            continue
        for match in _HOST.finditer(line[:MAX_LINE_LENGTH]):
            yield match[1].lower(), number


def bare_hosts(text: str) -> Iterator[str]:
    """Yield the host that a whole string is, in lower case: ``example.org`` or ``192.0.2.1``."""
    if len(text) <= 253 and "." in text and _BARE_HOST.fullmatch(text):
        yield text.lower()
