"""Read an access token: never as an argument, which other users can see in the list of processes."""

from __future__ import annotations

import sys

import click


def read_token() -> str:
    """Return the token on standard input; ask for it if that is a terminal."""
    from extery.client.tokens import MAX_LENGTH, check_token

    if sys.stdin.isatty():
        return ask_token()
    return check_token(sys.stdin.read(2 * MAX_LENGTH))


def ask_token() -> str:
    """Ask for the token, without showing it; raises `click.UsageError` without a terminal."""
    from extery.client.tokens import check_token

    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the token: use --token-stdin.")
    return check_token(click.prompt("Access token", hide_input=True, err=True))
