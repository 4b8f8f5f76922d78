"""Names of people without their addresses."""

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
def test_a_name_comes_without_its_address(maintainer: str, name: str) -> None:
    assert display_name(maintainer) == name
