"""Texts of other programs in messages: one line, bounded, without control characters."""

from __future__ import annotations

from extery.core.text import MAX_MESSAGE_LENGTH, clean_message, os_error_text


def test_a_message_of_another_program_becomes_one_line_without_control_characters() -> None:
    assert clean_message("server closed\n\tthe connection\x1b[31m\0\ud800!") == (
        "server closed the connection [31m !"
    )


def test_a_long_message_of_another_program_is_cut() -> None:
    text = clean_message("x" * 10_000)
    assert len(text) == MAX_MESSAGE_LENGTH
    assert text.endswith("…")


def test_an_error_of_the_operating_system_is_described_by_its_text() -> None:
    assert os_error_text(OSError(28, "No space left\non device")) == "No space left on device"
    assert os_error_text(OSError("name not known")) == "name not known"
    assert os_error_text(OSError()) == "OSError"
