"""Checks what users write in sets: titles, names, descriptions and notes."""

from __future__ import annotations

import re
import secrets
import unicodedata

from extery.core.errors import InvalidInput, Where
from extery.core.invisible import remove_invisible
from extery_site.accounts.models import User
from extery_site.accounts.staff_names import claims_to_be_official
from extery_site.catalog.models.skeleton import skeleton
from extery_site.catalog.text_limits import clean_text
from extery_site.sets.models import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_NOTE_LENGTH,
    MAX_TITLE_LENGTH,
    ExtensionSet,
)
from extery_site.ui.short_text import check_short_text

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Of the names that are made from titles; the rest is for a number, or for a key.
_SHORT_NAME_LENGTH = 40
#: Characters of the key that makes the address of a set with a link unguessable.
_KEY_LENGTH = 12
_KEY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def check_title(title: str, user: User, *, other_than: int = 0) -> str:
    """Return the title; raises `InvalidInput` for one that is empty, has invisible characters, or misleads.

    It must not look like that of another set of the user than ``other_than``, nor like one of the site.
    """
    where = Where(path=("title",))
    title = " ".join(clean_text(title, field="title", max_length=MAX_TITLE_LENGTH).split())
    check_short_text(title, field="title")
    if not title:
        raise InvalidInput.of("set.title-missing", where=where)
    if not user.can_moderate and claims_to_be_official(title):
        raise InvalidInput.of("set.title-official", where=where, title=title)
    own = ExtensionSet.objects.filter(owner=user).exclude(pk=other_than)
    for other in own.values_list("title", flat=True):
        if _looks(other) == _looks(title):
            raise InvalidInput.of("set.title-taken", where=where, title=other)
    return title


def check_name(name: str, user: User, *, other_than: int = 0) -> str:
    """Return the name, which is part of the address; raises `InvalidInput` for one that is invalid or taken."""
    where = Where(path=("name",))
    if len(name) > MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        raise InvalidInput.of(
            "set.name-invalid", where=where, name=name[:80], maximum=MAX_NAME_LENGTH
        )
    if ExtensionSet.objects.filter(owner=user, name=name).exclude(pk=other_than).exists():
        raise InvalidInput.of("set.name-taken", where=where, name=name)
    return name


def make_name(title: str, user: User, *, is_secret: bool) -> str:
    """Return a free name made from a title; with ``is_secret`` no one can guess it."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall("[a-z0-9]+", plain))[:_SHORT_NAME_LENGTH].strip("-") or "set"
    if is_secret:
        key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(_KEY_LENGTH))
        return f"{stem}-{key}"
    taken = set(
        ExtensionSet.objects.filter(owner=user, name__startswith=stem).values_list(
            "name", flat=True
        )
    )
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def clean_description(text: str) -> str:
    """Return a description without invisible characters; raises `InvalidInput` if it is too long."""
    return _prose(text, field="description", max_length=MAX_DESCRIPTION_LENGTH)


def clean_note(text: str) -> str:
    """Return the note of an entry as one line, without invisible characters."""
    return " ".join(_prose(text, field="note", max_length=MAX_NOTE_LENGTH).split())


def _prose(text: str, *, field: str, max_length: int) -> str:
    text = clean_text(text, field=field, max_length=max_length)
    lines = text.replace("\t", "    ").splitlines()
    return "\n".join(remove_invisible(line, is_prose=True).rstrip() for line in lines).strip()


def _looks(title: str) -> str:
    """Return what a title looks like; titles of signs only look like themselves."""
    return skeleton(title) or title
