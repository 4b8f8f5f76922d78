"""Checks of a repository by its URL or its folder."""

from __future__ import annotations

from extery.fetch import Fetcher
from extery.repository.check import RepositoryCheckResult, check_repository
from tests.repository.hosted import Repository


def check(
    repository: Repository, fetcher: Fetcher, *, listing_only: bool = False
) -> RepositoryCheckResult:
    return check_repository(repository.url, fetcher=fetcher, listing_only=listing_only)


def check_folder(repository: Repository, fetcher: Fetcher) -> RepositoryCheckResult:
    return check_repository(repository.folder.as_uri(), fetcher=fetcher)


def codes(found: RepositoryCheckResult) -> list[str]:
    return [problem.code for problem in found.problems]
