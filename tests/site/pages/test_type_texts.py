"""Texts that list the types of extensions follow the registry."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME, TYPES, ExtensionType
from extery_site.ui import labels


@pytest.mark.parametrize(
    ("types", "plural", "text"),
    [
        ((ADD_ON, THEME, ASSET_LIBRARY), True, "add-ons, themes and asset libraries"),
        ((ADD_ON, THEME, ASSET_LIBRARY), False, "an add-on, a theme or an asset library"),
        ((ADD_ON, THEME), True, "add-ons and themes"),
        ((THEME,), False, "a theme"),
    ],
)
def test_types_are_listed_as_in_a_sentence(
    types: tuple[ExtensionType, ...], plural: bool, text: str
) -> None:
    assert labels.list_types(plural=plural, types=types) == text


def test_the_contents_of_a_package_are_known_for_every_type() -> None:
    assert list(labels.PACKAGE_CONTENTS) == [type_.name for type_ in TYPES]


def test_the_upload_page_states_the_contents_of_a_package() -> None:
    page = Template("{% load extery_pages %}{% package_contents %}").render(Context())

    assert page == (
        "<code>__init__.py</code> for an add-on; one <code>.xml</code> file for a theme; nothing else for "
        "an asset library, whose manifest has its URL in <code>[asset_library]</code>"
    )
