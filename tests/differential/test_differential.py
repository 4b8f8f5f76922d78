"""Short runs of each comparison with all Blenders; long ones are started by ``python -m tests.differential``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from tests.blender.install import RELEASES
from tests.differential.__main__ import main
from tests.differential.kinds import COMPARISONS
from tests.differential.runs import Comparison, Disagreement, run
from tests.parts import require_part

#: Numbers of inputs that take about two seconds of CPU.
INPUTS = {"manifests": 60, "builds": 40, "packages": 20, "listings": 60}


@pytest.mark.blender
@pytest.mark.slow
@pytest.mark.parametrize("name", COMPARISONS)
def test_all_blenders_agree_on_mutated_inputs(name: str) -> None:
    tools = ("zip", "7z", "bsdtar") if name == "packages" else ()
    for part in (*(f"blender-{version}" for version in RELEASES), *tools):
        require_part(part)
    statistics = run(COMPARISONS[name], seed=0, count=INPUTS[name])

    assert statistics.inputs == INPUTS[name]
    assert not statistics.lines, "\n".join(statistics.lines[:10])


def test_inputs_depend_on_the_seed_only() -> None:
    inputs = COMPARISONS["manifests"].inputs

    assert list(islice(inputs(3), 20)) == list(islice(inputs(3), 20))
    assert list(islice(inputs(3), 20)) != list(islice(inputs(4), 20))


def _numbers(seed: int) -> Iterator[bytes]:
    return (b"%d" % number for number in range(seed, 100))


def _odd(batch: Sequence[bytes], versions: Sequence[str]) -> Iterator[Disagreement]:
    for number, data in enumerate(batch):
        if int(data) % 2:
            yield Disagreement(number, versions[-1], f"{data!r} is odd")


NUMBERS = Comparison("numbers", ".txt", _numbers, _odd, batch=3)


def test_a_disagreement_is_counted_for_its_blender_and_its_input_is_kept(tmp_path: Path) -> None:
    statistics = run(NUMBERS, seed=4, count=6, versions=["4.2", "5.3"], findings=tmp_path)

    assert str(statistics).startswith("numbers: 6 inputs in 0 s (0 s of CPU), seed 4; ")
    assert str(statistics).endswith("disagreements with Blender 4.2: 0, 5.3: 3")
    assert sorted(path.read_bytes() for path in (tmp_path / "numbers").glob("*.txt")) == [
        b"5",
        b"7",
        b"9",
    ]


def test_the_command_prints_the_figures_and_fails_for_a_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMPARISONS, "numbers", NUMBERS)
    (tmp_path / "1.txt").write_bytes(b"1")
    words = ["differential", "numbers", "--blender", "5.0", "--findings", str(tmp_path / "found")]

    monkeypatch.setattr("sys.argv", [*words, "--seconds", "60"])
    assert main() == 1
    assert "numbers: 100 inputs in" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", [*words, "--again", str(tmp_path)])
    assert main() == 1
    assert "1.txt, Blender 5.0: b'1' is odd" in capsys.readouterr().out
