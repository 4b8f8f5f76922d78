"""The line on a terminal that tells how far something is."""

import sys

import pytest

from extery.cli.progress import ProgressLine


def test_a_shorter_text_leaves_nothing_of_a_longer_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with ProgressLine() as line:
        assert line.is_due
        line.show("12 of 12")
        assert not line.is_due
        line.show("done")

    assert capsys.readouterr().err == "\r12 of 12\rdone    \r    \r"


def test_a_file_gets_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine() as line:
        assert not line.is_due

    assert capsys.readouterr().err == ""
