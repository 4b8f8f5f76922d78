"""Python 3.11 and 3.13, unzip, and Blender 4.2 and 5.3 unpack what we list, or we refuse the zip.

``EXTERY_ZIP_MUTANTS`` says how many mutated zips are compared, 300 by default. More by hand:
``python -m tests.zips.differential --count 5000 --seed 1``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.samples.packages import add_on
from tests.zips.differential import Statistics, run, samples, trees_differ
from tests.zips.mutations import Mutant, mutants
from tests.zips.names import add_member
from tests.zips.oracles import unpack_accepted, unpack_all
from tests.zips.seeds import seeds
from tests.zips.structure import Archive

pytestmark = [pytest.mark.blender, pytest.mark.unzip, pytest.mark.slow]

MUTANTS = int(os.environ.get("EXTERY_ZIP_MUTANTS", "300"))
# If nearly everything is refused, too little is compared.
MIN_ACCEPTED = 0.2


def summary(statistics: Statistics) -> str:
    return "\n".join([*map(str, statistics.differences[:20]), str(statistics)])


def test_every_accepted_sample_is_unpacked_the_same_by_all_readers(tmp_path: Path) -> None:
    statistics = run(samples(), tmp_path / "differences")
    print(statistics)
    assert not statistics.differences, summary(statistics)
    assert not statistics.benign_refused, summary(statistics)


def test_every_accepted_mutant_is_unpacked_the_same_by_all_readers(tmp_path: Path) -> None:
    statistics = run(mutants(MUTANTS), tmp_path / "differences")
    print(statistics)
    assert not statistics.differences, summary(statistics)
    assert not statistics.benign_refused, summary(statistics)
    assert statistics.accepted >= MIN_ACCEPTED * MUTANTS, summary(statistics)
    assert statistics.accepted > statistics.benign, (
        "no mutant was accepted but those that change nothing"
    )


def test_the_comparison_finds_that_a_dot_segment_replaces_a_file(tmp_path: Path) -> None:
    """This is the attack that the comparison was written for."""
    (tmp_path / "plain.zip").write_bytes(add_on())
    (tmp_path / "trap.zip").write_bytes(add_on(("./__init__.py", b"# not what was reviewed\n")))

    outcomes = unpack_all(tmp_path)

    others = [answers for oracle, answers in outcomes.items() if not oracle.startswith("ours")]
    assert len(others) >= 3
    for answers in others:
        trap, plain = answers["trap.zip"], answers["plain.zip"]
        assert not trap.refused
        assert "__init__.py" in trees_differ(trap.tree, plain.tree)
        assert trap.tree.keys() == plain.tree.keys()


def test_a_difference_is_reported_with_both_trees_and_the_zip_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(folder: Path) -> object:
        outcomes = unpack_accepted(folder)
        outcomes["unzip"]["0000.zip"].tree["gears.py"] = "f" * 64
        return outcomes

    monkeypatch.setattr("tests.zips.differential.unpack_accepted", lying)

    statistics = run([Mutant("a lie", seeds()["python"])], tmp_path)

    (difference,) = statistics.differences
    assert (difference.label, difference.oracle) == ("a lie", "unzip")
    assert difference.text.startswith("'gears.py' is ffffffffffff, we list ")
    assert Path(difference.kept).read_bytes() == seeds()["python"]


def test_accepted_names_that_unzip_converts_to_one_are_a_difference(
    tmp_path: Path,
) -> None:
    archive = Archive.parse(seeds()["python"])
    for name in ("data/a¿.py", "data/a-+.py"):
        entry = add_member(archive, name.encode(), name.encode(), flagged=True)
        entry.made_by = 20
    (tmp_path / "one.zip").write_bytes(archive.to_bytes())

    outcomes = unpack_all(tmp_path)

    assert "data/a¿.py" in outcomes["zipfile_all 3.13"]["one.zip"].tree
    assert outcomes["unzip"]["one.zip"].tree["data/a-+.py"] != "dir"
    assert "data/a¿.py" not in outcomes["unzip"]["one.zip"].tree
    assert outcomes["ours 3.11"]["one.zip"].refused
