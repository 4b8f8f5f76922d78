"""Every problem of the website is rendered from templates."""

from __future__ import annotations

import pytest

from extery.core.codes import (
    find,
    site_accounts,
    site_catalog,
    site_listings,
    site_manage,
    site_moderation,
    site_notify,
    site_project,
    site_publish,
    site_ratings,
    site_reports,
    site_requests,
    site_source_search,
)
from extery.core.codes.explanation import explain

TABLES = (
    site_accounts,
    site_catalog,
    site_listings,
    site_manage,
    site_moderation,
    site_notify,
    site_project,
    site_publish,
    site_ratings,
    site_reports,
    site_requests,
    site_source_search,
)


@pytest.mark.parametrize("code", [code for table in TABLES for code in table.CODES])
def test_the_example_of_a_code_renders_its_message_and_hint(code: str) -> None:
    explanation = explain(code)
    assert explanation.message
    assert "{" not in explanation.message + explanation.hint


@pytest.mark.parametrize("code", [code for table in TABLES for code in table.CODES])
def test_a_variant_has_a_text_of_its_own(code: str) -> None:
    entry = find(code)
    for message, hint in entry.variants.values():
        assert (message or entry.message, hint or entry.hint) != (entry.message, entry.hint)
