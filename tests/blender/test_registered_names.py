"""The table of registered names is that of real Blenders."""

from __future__ import annotations

import pytest

from extery.rules.registered_names import registered_names
from tests.blender.install import ENDS
from tests.blender.registered_names import run_worker
from tests.parts import require_part

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("series", ENDS)
def test_the_table_has_the_names_that_a_blender_registers(series: str) -> None:
    require_part(f"blender-{series}")
    names = run_worker(series)
    of_add_ons = {(kind, name): owner for kind, name, owner in names.pop("add-ons")}

    for kind, registered in names.items():
        table = {
            (name, one.owner)
            for name, found in registered_names(kind).items()
            for one in found
            if series in one.series
        }
        expected = {(name, of_add_ons.get((kind, name), "")) for name in registered}
        expected |= {(name, owner) for (other, name), owner in of_add_ons.items() if other == kind}
        assert table == expected, "run: python -m tests.blender.registered_names"
