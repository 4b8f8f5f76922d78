"""A short fuzzing run, and all findings of earlier long runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import SAMPLES, TARGETS, load
from tests.fuzz import judge as judging
from tests.fuzz.__main__ import main, make
from tests.fuzz.judge import BadProblem, TooMuchMemory, TooSlow, judge

#: Numbers of inputs that take about two seconds.
INPUTS = {
    "addresses": 150,
    "bl_info": 400,
    "changelog": 300,
    "changes": 400,
    "config": 120,
    "images": 60,
    "index_page": 200,
    "listing": 150,
    "manifest": 100,
    "mirror_state": 30,
    "osv": 300,
    "package": 150,
    "project_file": 100,
    "requests": 60,
    "state": 12,
    "theme": 500,
    "wheel_files": 120,
    "wheel_metadata": 200,
    "wheels": 400,
}
FINDINGS = sorted(path for path in SAMPLES.glob("*/*") if path.is_file())
pytestmark = pytest.mark.django_db  # for requests


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.EXTERY_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_ends_in_an_error_that_a_reader_does_not_document(name: str) -> None:
    module = load(name)

    for number in range(INPUTS[name]):
        data = make(module, 0, number)
        assert judge(module.target, data) is None, data[:2_000]


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_earlier_finding_occurs_again(path: Path) -> None:
    assert path.stat().st_size < 50_000
    assert judge(load(path.parent.name).target, path.read_bytes()) is None


def test_seeds_are_valid_inputs() -> None:
    for name in TARGETS:
        module = load(name)
        assert [judge(module.target, seed) for seed in module.SEEDS] == [None] * len(module.SEEDS)


def test_the_judge_reports_each_kind_of_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def recurses(data: bytes) -> None:
        recurses(data)

    def is_slow(_: bytes) -> None:
        while True:
            pass

    def has_long_message(_: bytes) -> None:
        from extery.core.errors import InvalidListing, Problem

        raise InvalidListing(Problem("listing.data", "x" * 5_000))

    assert isinstance(judge(lambda data: data.decode(), b"\xff"), UnicodeDecodeError)  # type: ignore[arg-type, return-value]
    assert isinstance(judge(recurses, b""), RecursionError)
    assert isinstance(judge(has_long_message, b""), BadProblem)
    monkeypatch.setattr(judging, "MAX_SECONDS", 0.05)
    assert isinstance(judge(is_slow, b""), TooSlow)
    peaks = iter([0, 300_000_000, 300_000_000])
    monkeypatch.setattr(judging, "_peak", lambda: next(peaks))
    assert isinstance(judge(bytes, b""), TooMuchMemory)


def test_a_run_with_the_same_seed_has_the_same_inputs() -> None:
    module = load("theme")

    assert [make(module, 3, n) for n in range(20)] == [make(module, 3, n) for n in range(20)]
    assert make(module, 3, 1) != make(module, 4, 1)


def test_a_long_run_prints_the_number_of_inputs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "sys.argv",
        ["fuzz", "theme", "--seconds", "0.3", "--findings", str(tmp_path)],
    )

    assert main() == 0
    assert "inputs in" in capsys.readouterr().out
