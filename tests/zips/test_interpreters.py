"""The verdict on a package does not depend on the Python that runs the check."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from tests.zips.differential import samples
from tests.zips.mutations import mutants
from tests.zips.oracles import oracles, unpack_all

pytestmark = [pytest.mark.unzip, pytest.mark.slow]

MUTANTS = 600


def test_the_verdict_does_not_depend_on_the_python_version(tmp_path: Path) -> None:
    labels = {}
    for number, mutant in enumerate(chain(samples(), mutants(MUTANTS, seed=1))):
        path = tmp_path / f"{number:04}.zip"
        path.write_bytes(mutant.data)
        labels[path.name] = mutant.label

    older, newer = unpack_all(
        tmp_path, only=[oracle for oracle in oracles() if oracle.name.startswith("ours")]
    ).values()

    assert len(older) == len(labels)
    assert not [labels[name] for name in labels if older[name].facts["crash"]]
    assert [labels[name] for name in labels if older[name] != newer[name]] == []
    assert {code for outcome in older.values() for code in outcome.facts["codes"]} > {
        "package.unicode-path",
        "package.zip64-mismatch",
    }
