"""Exchange repositories with Blender's preferences, through Blender itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from extery.client.blender import run_in_blender
from extery.client.network import store_blender_online
from extery.client.repositories import (
    MAX_NAME_LENGTH,
    Repository,
    change_repositories,
    find_repository,
    load_repositories,
    stored_repositories,
)
from extery.client.repository_changes import plain_http_problem
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.client.transaction import target_lock
from extery.core.errors import ExteryError, Problem, Unavailable
from extery.fetch import repository_url
from extery.fetch.addresses import REMOTE, redact_url

_MAX_URL_LENGTH = 1_023
#: Some systems ignore the case of the names of folders.
_SAME_LETTERS = "another repository has this name with other capital letters"


class Change(NamedTuple):
    """What was done with a repository: added, changed or known."""

    name: str
    url: str
    change: str


class Imported(NamedTuple):
    """The repositories of Blender's preferences, and whether they allow online access (``None``: not asked yet)."""

    changes: list[Change]
    problems: list[Problem]
    online_access: bool | None


def import_repositories(
    target: Target,
    tokens: Tokens,
    *,
    program: Path | None = None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Imported:
    """Add the repositories that Blender's preferences know, with their tokens; those that differ are left as they are."""
    answer = run_in_blender(target, "repositories", program=program)
    if not isinstance(answer, dict) or not isinstance(answer.get("repositories"), list):
        raise Unavailable.of("blender.failed", path=str(program), reason="its answer is not valid")
    allowed = answer.get("online_access") is True
    online = allowed if allowed or answer.get("was_asked") is True else None
    changes: list[Change] = []
    problems: list[Problem] = []
    with target_lock(target, "repo import", on_wait=on_wait):
        store_blender_online(target, online)
        for row in answer["repositories"]:
            if not isinstance(row, dict) or row.get("is_system"):
                continue
            try:
                repository = _checked(row)
            except (ExteryError, ValueError, TypeError) as error:
                problems.append(_not_imported(row, "invalid", reason=str(error)))
                continue
            change = _add(target, repository, problems)
            if change:
                changes.append(change)
                if warning := plain_http_problem(repository):
                    problems.append(warning)
                _store_token(target, repository, tokens, row)
    return Imported(changes, problems, online)


def _checked(row: Mapping[str, Any]) -> Repository:
    """Return the repository of a row from Blender; raises an error for one that cannot be used."""
    repository = Repository.from_dict(row)
    if len(repository.name) > MAX_NAME_LENGTH or len(repository.url) > _MAX_URL_LENGTH:
        raise ValueError("its name or URL is too long")
    if repository.url:
        parts = urlsplit(repository.url)
        if parts.scheme in REMOTE:
            repository_url(repository.url)
        elif parts.scheme != "file":
            raise ValueError("its URL has an unknown scheme")
        if "@" in parts.netloc:
            raise ValueError("its URL has a user name or a password")
    return repository


def _not_imported(
    row: Mapping[str, Any], variant: str, *, reason: str = "", other: str = ""
) -> Problem:
    name, url = str(row.get("name", "")), redact_url(str(row.get("url", "")))
    return Problem.of(
        "repo.not-imported", variant=variant, name=name, url=url, reason=reason, other=other
    )


def _add(target: Target, repository: Repository, problems: list[Problem]) -> Change | None:
    """Add a repository unless it is known; a folder of which nothing was known gets its URL."""
    known = {item.name: item for item in load_repositories(target)}
    for item in known.values():
        if item.url and item.name != repository.name and _is_same_url(item, repository):
            problems.append(_not_imported(repository.as_dict(), "renamed", other=item.name))
            return None
    if any(item.lower() == repository.name.lower() for item in known.keys() - {repository.name}):
        problems.append(_not_imported(repository.as_dict(), "invalid", reason=_SAME_LETTERS))
        return None
    present = known.get(repository.name)
    is_stored = any(item.name == repository.name for item in stored_repositories(target))
    if present and (present == repository or (is_stored and _is_same_url(present, repository))):
        return Change(repository.name, repository.url, "known")
    if present and is_stored:
        problems.append(
            _not_imported(repository.as_dict(), "differs", other=redact_url(present.url) or "local")
        )
        return None
    change_repositories(
        target, lambda rows: [*(row for row in rows if row.name != repository.name), repository]
    )
    return Change(repository.name, repository.url, "added")


def _is_same_url(one: Repository, other: Repository) -> bool:
    return one.url.rstrip("/") == other.url.rstrip("/")


def _store_token(
    target: Target, repository: Repository, tokens: Tokens, row: Mapping[str, Any]
) -> None:
    token = row.get("token")
    if repository.is_remote and isinstance(token, str) and token.strip():
        if tokens.place(repository.url):
            tokens.share(repository.url, target.folder)
        else:
            tokens.store(repository.url, token.strip(), target.folder)


def export_repositories(
    target: Target,
    names: Iterable[str],
    tokens: Tokens,
    *,
    program: Path | None = None,
    with_tokens: bool = False,
) -> list[Change]:
    """Write repositories into Blender's preferences, by default all; one with the same URL is renamed there.

    With ``with_tokens`` their tokens too, which Blender stores as plain text.
    """
    chosen = [find_repository(target, name) for name in names] or load_repositories(target)
    rows = [
        {
            **repository.as_dict(),
            "token": tokens.get(repository.url) if with_tokens and repository.is_remote else "",
        }
        for repository in chosen
    ]
    if not rows:
        return []
    answer = run_in_blender(target, "write_repositories", program=program, rows=rows)
    changes = {item["wanted"]: item["change"] for item in answer if item["name"] == item["wanted"]}
    return [Change(row.name, row.url, changes.get(row.name, "refused")) for row in chosen]
