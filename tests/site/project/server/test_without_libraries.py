"""The site's commands where only the toolkit is installed."""

import importlib.util

import pytest
from click.testing import CliRunner

from extery.core.errors import Unavailable
from extery_site.project import server


@pytest.mark.parametrize("command", [server.serve, server.manage], ids=["serve", "manage"])
def test_without_its_libraries_the_site_says_how_to_get_them(
    command: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    result = CliRunner().invoke(command, [])  # type: ignore[arg-type]

    assert isinstance(result.exception, Unavailable)
    assert result.exception.code == "usage.site-missing"
    assert "extery[site]" in result.exception.problems[0].hint
