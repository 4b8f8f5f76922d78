"""Licences that are accepted without looking them up are those of the official list."""

from __future__ import annotations

import pytest
from packaging.licenses import canonicalize_license_expression

from extery.core.licenses import COMMON_LICENSES


@pytest.mark.parametrize("name", sorted(COMMON_LICENSES))
def test_a_common_licence_has_its_official_spelling(name: str) -> None:
    assert canonicalize_license_expression(name) == name
