"""Python and unzip unpack the same from a bundled wheel, or the package is refused. (Blender uses Python.)"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.samples.packages import MANIFEST, WHEEL, WITH_WHEEL
from tests.zips.differential import trees_differ
from tests.zips.mutations import mutants
from tests.zips.oracles import oracles, unpack_all
from tests.zips.seeds import FILES, wheel, zipped
from tests.zips.unzip_names import expected_tree

pytestmark = [pytest.mark.unzip, pytest.mark.slow]

MUTANTS = 300


def test_every_accepted_mutated_wheel_is_unpacked_the_same_by_python_and_unzip(
    tmp_path: Path,
) -> None:
    wheels, packages = tmp_path / "wheels", tmp_path / "packages"
    wheels.mkdir()
    packages.mkdir()
    tried = {f"{number:04}.zip": mutant for number, mutant in enumerate(mutants(MUTANTS, originals={"wheel": wheel()}))}  # fmt: skip
    for name, mutant in tried.items():
        (wheels / name).write_bytes(mutant.data)
        (packages / name).write_bytes(zipped({**FILES, MANIFEST: WITH_WHEEL, WHEEL: mutant.data}))
    chosen = [oracle for oracle in oracles() if not oracle.name.startswith("blender")]
    for number, oracle in enumerate(chosen):
        if oracle.name.startswith("ours"):
            request = {**oracle.request, "unpack": "ours_wheel", "packages": str(packages)}
            chosen[number] = replace(oracle, request=request)

    ours, newer = unpack_all(
        wheels, only=[oracle for oracle in chosen if oracle.name.startswith("ours")]
    ).values()
    assert newer == ours
    accepted = {name for name in tried if not ours[name].refused}
    for name in tried.keys() - accepted:
        (wheels / name).unlink()
    outcomes = unpack_all(
        wheels, only=[oracle for oracle in chosen if not oracle.name.startswith("ours")]
    )
    differences = [
        f"{tried[name].label}: {oracle}: {outcome.error or text}"
        for name in sorted(accepted)
        for oracle, outcome in ((oracle, answers[name]) for oracle, answers in outcomes.items())
        if (text := trees_differ(outcome.tree, expected(oracle, tried[name].data, ours[name].tree)))
        or outcome.refused
    ]
    print(f"{len(tried)} wheels, {len(accepted)} accepted")
    assert differences == []
    assert [tried[n].label for n in tried if tried[n].benign and n not in accepted] == []
    assert not [ours[name].facts["crash"] for name in tried if ours[name].facts["crash"]]


def expected(oracle: str, data: bytes, tree: dict[str, str]) -> dict[str, str]:
    return expected_tree(data, tree)[0] if oracle == "unzip" else tree
