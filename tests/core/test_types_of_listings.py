"""Which types the listing for a Blender version may have, and the first Blender that can install a type."""

from __future__ import annotations

import pytest

from extery.core.types import LISTED_FOR_ALL, TYPE_NAMES, first_blender_for, is_listed_for
from extery.core.versions import BlenderVersion


@pytest.mark.parametrize("blender", [None, (4, 2, 0), (5, 0, 1), (5, 2, 99), (5, 3, 0), (6, 0, 0)])
def test_a_type_is_listed_only_for_a_blender_that_is_known_to_know_it(
    blender: BlenderVersion | None,
) -> None:
    listed = {name for name in (*TYPE_NAMES, "keymap") if is_listed_for(name, blender)}

    knows = blender is not None and blender >= (5, 3, 0)
    assert listed == LISTED_FOR_ALL | ({"asset-library"} if knows else set())


def test_the_first_blender_for_an_extension_knows_its_type() -> None:
    assert first_blender_for("asset-library", (4, 2, 0)) == (5, 3, 0)
    assert first_blender_for("asset-library", (5, 4, 0)) == (5, 4, 0)
    assert first_blender_for("theme", (4, 5, 0)) == (4, 5, 0)
