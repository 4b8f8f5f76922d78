"""The network, as all commands of the client use it: whether it may be used, tokens, and fetchers for repositories.

Nothing else of the client makes a `Fetcher`. Proxies, unless one is set, and ``SSL_CERT_FILE`` are read from the
environment by the HTTP library, certificates of the system by `extery.fetch`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extery.client.settings import Settings, config_folder, load_settings
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.core.errors import Refused
from extery.fetch.addresses import redact_url, split_url

if TYPE_CHECKING:
    from extery.fetch import Fetcher

_BLENDER_FILE = "blender.json"
_KEY = "online_access"


class Network:
    """Access to the network within one command. ``offline`` is its option --offline."""

    def __init__(self, settings: Settings, tokens: Tokens, *, offline: bool = False) -> None:
        self.settings = settings
        self.tokens = tokens
        self.offline = offline

    def fetcher(
        self, url: str, target: Target | None = None, *, token: str = "", **options: Any
    ) -> Fetcher:
        """Return a fetcher for the repository at ``url``, with its token, which is sent to its origin only.

        ``token`` replaces the stored one, ``options`` are those of `Fetcher`. Raises `Refused` if the network may not be
        used for the target.
        """
        self.check(url, target)
        is_remote = split_url(url).scheme != "file"
        token = token or (self.tokens.get(url) if is_remote else "")
        options.setdefault("proxy", self.settings.proxy)
        # Imported here: most commands only ask whether they may use the network.
        from extery.fetch import Fetcher

        return Fetcher(token=token, token_for=url, **options)

    def check(self, url: str, target: Target | None = None) -> None:
        """Raise `Refused` if ``url`` is on the network, which may not be used."""
        if reason := self.reason_offline(url, target):
            raise Refused.of("repo.offline", variant=reason, url=redact_url(url))

    def reason_offline(self, url: str, target: Target | None = None) -> str:
        """Return why ``url`` may not be requested: option, setting or blender; empty if it may.

        An answer in Blender's preferences counts unless the setting is given. It is known from `extery repo import`.
        """
        if split_url(url).scheme == "file":
            return ""
        if self.offline:
            return "option"
        if self.settings.online is not None:
            return "" if self.settings.online else "setting"
        return "blender" if target and blender_allows_online(target) is False else ""


def open_network(*, offline: bool = False) -> Network:
    """Return the network with the settings and tokens of the user."""
    folder = config_folder()
    return Network(load_settings(folder), Tokens(folder), offline=offline)


def blender_allows_online(target: Target) -> bool | None:
    """Return the answer in Blender's preferences; ``None`` if it is not known or the user was not asked yet."""
    value = read_object(target.state_folder / _BLENDER_FILE).get(_KEY)
    return value if isinstance(value, bool) else None


def store_blender_online(target: Target, allowed: bool | None) -> None:
    """Write the answer in Blender's preferences; the caller holds the lock of the target."""
    if blender_allows_online(target) != allowed:
        write_object(target.state_folder / _BLENDER_FILE, {_KEY: allowed})
