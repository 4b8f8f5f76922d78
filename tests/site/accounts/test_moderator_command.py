"""The command ``extery manage moderator``."""

from io import StringIO

import pytest
from django.core.management import call_command

from extery.core.errors import NotFound
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

    with pytest.raises(NotFound, match="no account named zoe") as caught:
        run("ada", "zoe")
    assert caught.value.code == "account.not-found"

    assert run() == []
