"""The command ``extery manage moderator``."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from extery_site.accounts.models import User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("moderator", *arguments, stdout=out)
    return out.getvalue().split()


def test_the_command_grants_revokes_and_lists_moderators() -> None:
    User.objects.create_user("ada")
    User.objects.create_user("ben")

    assert run("ada", "ben") == ["ada", "ben"]
    assert run("--remove", "ada") == ["ben"]
    assert run() == ["ben"]


def test_an_unknown_name_changes_nothing() -> None:
    User.objects.create_user("ada")

    with pytest.raises(CommandError, match="no account named zoe"):
        run("ada", "zoe")

    assert run() == []
