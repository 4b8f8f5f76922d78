"""Names of maintainers without their e-mail addresses."""

from __future__ import annotations

import pytest

from extery.manifest.maintainers import display_name


@pytest.mark.parametrize(
    ("maintainer", "name"),
    [
        ("Ada Smith <ada@example.org>", "Ada Smith"),
        ("Ada Smith", "Ada Smith"),
        ("Ada <a@example.org>, Bo <b@example.org>", "Ada, Bo"),
        ("<ada@example.org>", "<ada@example.org>"),
    ],
)
def test_the_display_name_has_no_address(maintainer: str, name: str) -> None:
    assert display_name(maintainer) == name
