"""What the checks look at: a target, the store, the network, and what was found out about them already."""

from __future__ import annotations

import os
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from extery.client.network import Network
from extery.client.records import Installed, find_installed
from extery.client.repositories import Repository, load_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.core.cached_property import cached_property
from extery.core.errors import ExteryError, Problem, Unavailable
from extery.fetch import RetryPolicy, listing_url
from extery.fetch.addresses import redact_url, split_url
from extery.fetch.dates import server_time
from extery.fetch.proxies import Proxy, proxy_for, reason_unreachable

_MAX_CONCURRENT = 8
#: A server that needs longer is of no use, and a diagnosis should not take minutes.
_QUICK = RetryPolicy(attempts=1, connect=5.0, read=10.0, max_seconds=20.0)


class Answer(NamedTuple):
    """How the server of a repository answered: with a problem, or with the time by its clock, if it sends it."""

    repository: Repository
    problem: Problem | None = None
    ahead: float | None = None
    """Seconds that the clock of this computer is ahead of the server."""


@dataclass
class Context:
    """A target to check. Without ``network`` no check uses the network.

    ``options`` follow a command of extery that is for this target, for example `` --blender 4.2``.
    """

    target: Target
    store: Store
    network: Network | None = None
    options: str = ""
    config_folder: Path | None = None
    now: float = field(default_factory=time.time)

    @cached_property
    def repositories(self) -> list[Repository]:
        """The repositories; none if their list is damaged, which is a problem of another check."""
        try:
            return load_repositories(self.target)
        except ExteryError:
            return []

    @cached_property
    def installed(self) -> list[Installed]:
        try:
            return [*find_installed(self.target)]
        except ExteryError:
            return []

    @cached_property
    def online(self) -> list[Repository]:
        """The enabled repositories on the network that may be requested."""
        if self.network is None:
            return []
        network = self.network
        return [
            item
            for item in self.repositories
            if item.is_remote and item.enabled and _may_request(network, item, self.target)
        ]

    @cached_property
    def proxies(self) -> dict[Proxy, str]:
        """The proxies of the repositories, with the reason why each cannot be used, or an empty one."""
        found = {self._proxy_of(item) for item in self.online} - {None}
        return {proxy: reason_unreachable(proxy) for proxy in found if proxy}

    def _proxy_of(self, repository: Repository) -> Proxy | None:
        chosen = self.network.settings.proxy if self.network else None
        return proxy_for(listing_url(repository.url), chosen)

    @cached_property
    def answers(self) -> list[Answer]:
        """The answers of the repositories, of those whose proxy can be used."""
        usable = [
            item
            for item in self.online
            if not self.proxies.get(self._proxy_of(item) or Proxy("", ""))
        ]
        with ThreadPoolExecutor(_MAX_CONCURRENT) as pool:
            return [*pool.map(self._ask, usable)]

    def _ask(self, repository: Repository) -> Answer:
        assert self.network is not None
        url = listing_url(repository.url)
        try:
            with (
                self.network.fetcher(url, self.target, retry_policy=_QUICK) as fetcher,
                fetcher.open(url) as response,
            ):
                sent = server_time(response.headers)
        except ExteryError as error:
            return Answer(repository, error.problems[0])
        except (ImportError, ValueError) as error:  # a proxy that the HTTP library cannot use
            problem = Unavailable.of(
                "fetch.unreachable", url=redact_url(url), reason=str(error)
            ).problems[0]
            return Answer(repository, problem)
        return Answer(repository, ahead=None if sent is None else time.time() - sent)


def _may_request(network: Network, repository: Repository, target: Target) -> bool:
    try:
        is_remote = split_url(listing_url(repository.url)).scheme != "file"
        return is_remote and not network.reason_offline(repository.url, target)
    except ExteryError:
        return False


def quote(path: Path) -> str:
    """Return a path as it is typed in a shell."""
    return f'"{path}"' if os.name == "nt" else shlex.quote(str(path))


def removal(path: Path) -> str:
    """Return the command that removes a file or folder."""
    is_folder = path.is_dir() and not path.is_symlink()
    if os.name == "nt":
        return f"{'rmdir /s' if is_folder else 'del'} {quote(path)}"
    return f"rm {'-r ' if is_folder else ''}{quote(path)}"


def renaming(old: Path, new: Path) -> str:
    """Return the command that renames a file or folder."""
    return f"{'move' if os.name == 'nt' else 'mv'} {quote(old)} {quote(new)}"
