"""What a notification is about: one row of the feed, and one conversation in a mail program."""

from __future__ import annotations

from dataclasses import dataclass

#: Maximum number of characters of a key, such as ``review gear_tool 1.1.0``.
MAX_KEY_LENGTH = 250
MAX_TITLE_LENGTH = 320
MAX_URL_LENGTH = 500

#: Subject lines of e-mails by the first word of the key; they stay the same for the whole conversation.
_MAIL_TITLES = {"review": "{title} in review"}


@dataclass(frozen=True)
class Subject:
    """A thing that is followed, muted, and shown as one row: its permanent key, name and path."""

    key: str
    title: str
    url: str

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= MAX_KEY_LENGTH:
            raise ValueError(f"the key has {len(self.key)} characters: {self.key[:50]!r}")
        require_path(self.url)

    @property
    def mail_title(self) -> str:
        """The subject line of e-mails."""
        pattern = _MAIL_TITLES.get(self.key.partition(" ")[0], "{title}")
        return pattern.format(title=self.title)


def require_path(url: str) -> None:
    """Raise `ValueError` unless ``url`` is a path of this site."""
    if not url.startswith("/") or url.startswith(("//", "/\\")) or len(url) > MAX_URL_LENGTH:
        raise ValueError(f"not a path of this site: {url[:100]!r}")
