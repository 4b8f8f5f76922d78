"""The system that a user agent names."""

from __future__ import annotations

import pytest

from extery_site.statistics.user_agent import UserSystem, system_of


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Blender/4.2.23 (Linux x86_64; cycle=release)", UserSystem("4.2.23", "linux-x64")),
        ("Blender/5.3.0 (Darwin arm64; cycle=beta)", UserSystem("5.3.0", "macos-arm64")),
        ("Blender/5.0.1 (Windows AMD64; cycle=release)", UserSystem("5.0.1", "windows-x64")),
        ("Blender/4.5", UserSystem("4.5", "")),
        ("Blender/4.5.0 (Plan9 mips)", UserSystem("4.5.0", "")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0)", UserSystem("", "linux-x64")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", UserSystem("", "windows-x64")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", UserSystem()),
        ("Mozilla/5.0 (Linux; Android 15)", UserSystem()),
        ("Blender/" + "9" * 400, UserSystem()),
        ("", UserSystem()),
    ],
)
def test_only_what_is_certain_is_taken(user_agent: str, expected: UserSystem) -> None:
    assert system_of(user_agent) == expected
