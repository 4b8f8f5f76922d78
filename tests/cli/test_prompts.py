"""Questions are asked until the answer is valid."""

from __future__ import annotations

import click
from click.testing import CliRunner

from extery.cli.prompts import ask_until_valid
from extery.core.errors import Problem


def problems_of(answer: str) -> list[Problem]:
    code = "migrate.unknown-permission"
    return [] if answer == "good" else [Problem.of(code, name=repr(answer), known="files")]


def test_a_wrong_answer_is_explained_and_asked_for_again() -> None:
    @click.command()
    def command() -> None:
        click.echo(ask_until_valid("Why?", problems_of))

    result = CliRunner().invoke(command, input="bad\n good \n")
    assert result.stdout == "good\n"
    assert result.stderr.count("Why?") == 2
    assert "'bad'" in result.stderr
    assert "hint: it has: files" in result.stderr


def test_the_default_is_checked_too() -> None:
    @click.command()
    def command() -> None:
        click.echo(ask_until_valid("Why?", problems_of, default="bad"))

    result = CliRunner().invoke(command, input="\ngood\n")
    assert result.stdout == "good\n"
    assert "hint: it has: files" in result.stderr
