"""Requests to a repository with the options of the tool: token, user agent and time limit."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit, urlunsplit

from extery.blender_ext.messages import Messages
from extery.core.errors import ExteryError
from extery.core.versions import BlenderVersion, parse_blender_version
from extery.fetch import Fetcher, RetryPolicy

#: Fewer than for packages: a user waits for a listing, and an unreachable server is common.
_ATTEMPTS = 3
_MAX_READ = 600.0
#: Knows all types of extensions, and ignores entries of others.
_NEWEST: BlenderVersion = (1000, 0, 0)
_PREFIXES = ("http://", "https://", "file://")
_UNSENDABLE = re.compile(r"[^\x20-\x7e]")


def is_url(url: str, messages: Messages) -> bool:
    """Return whether Blender accepts ``url``; report a fatal error if not."""
    if url.startswith(_PREFIXES):
        return True
    messages.fatal_error(
        f"remote URL doesn't begin with a known prefix: {' '.join(_PREFIXES)}",
    )
    return False


def without_query(url: str) -> str:
    """Return the URL without query and fragment, as Blender shows it."""
    try:
        return urlunsplit((*urlsplit(url)[:3], "", ""))
    except ValueError:
        return url


@contextmanager
def open_fetcher(
    arguments: Namespace, messages: Messages, *, attempts: int = _ATTEMPTS
) -> Iterator[Fetcher]:
    """Open a fetcher that sends the token to the repository's own origin only, and stops on an interrupt."""
    limit = arguments.timeout if arguments.timeout > 0 else _MAX_READ  # 0 means no limit
    policy = RetryPolicy(attempts=attempts, connect=limit, read=limit)
    fetcher = Fetcher(
        token=arguments.access_token,
        token_for=arguments.remote_url,
        user_agent=_UNSENDABLE.sub("", arguments.online_user_agent),
        retry_policy=policy,
    )
    with fetcher:
        messages.on_interrupt(fetcher.stop)
        yield fetcher


def blender_in(url: str) -> BlenderVersion:
    """Return the version of Blender in the query that Blender adds to the URL of a repository; else the newest."""
    try:
        return parse_blender_version(parse_qs(urlsplit(url).query)["blender_version"][-1])
    except (KeyError, ValueError):
        return _NEWEST


def report_failure(
    error: ExteryError, prefix: str, report: Callable[[str], None], messages: Messages
) -> None:
    """Report why a transfer failed, unless the command was interrupted."""
    messages.check()
    for problem in error.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        report(f"{prefix}: {problem}{hint}")


def failure_report(arguments: Namespace, messages: Messages) -> Callable[[str], None]:
    """Return how failed connections are reported."""
    is_demoted = arguments.demote_connection_errors_to_status
    return messages.status if is_demoted else messages.fatal_error
