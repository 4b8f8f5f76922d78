"""Addresses of clamd: their settings, and errors of invalid ones."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from extery_site.project.clamd_address import ClamdAddress
from extery_site.project.invalid_setting import InvalidSetting
from extery_site.project.setting_types import OptionalClamd
from tests.site.project.reasons import reason


@pytest.mark.parametrize(
    ("text", "expected", "shown"),
    [
        ("unix:/run/clamav/clamd.ctl", ClamdAddress(path="/run/clamav/clamd.ctl"), ""),
        ("unix:///run/clamd", ClamdAddress(path="/run/clamd"), "unix:/run/clamd"),
        ("unix:/run/my clamd", ClamdAddress(path="/run/my clamd"), ""),
        ("tcp://scanner.example.org:3311", ClamdAddress(host="scanner.example.org", port=3311), ""),
        ("tcp://scanner", ClamdAddress(host="scanner", port=3310), "tcp://scanner:3310"),
        ("tcp://scanner:3310/", ClamdAddress(host="scanner"), "tcp://scanner:3310"),
        ("tcp:127.0.0.1:3310", ClamdAddress(host="127.0.0.1"), "tcp://127.0.0.1:3310"),
        ("tcp://[::1]:3312", ClamdAddress(host="::1", port=3312), ""),
        ("tcp:[fd00::2]", ClamdAddress(host="fd00::2"), "tcp://[fd00::2]:3310"),
    ],
)
def test_an_address_is_a_socket_or_a_host_and_a_port(
    text: str, expected: ClamdAddress, shown: str
) -> None:
    address = ClamdAddress.parse(text)
    assert address == expected
    assert str(address) == (shown or text)
    assert ClamdAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/run/clamav/clamd.ctl", "neither unix: nor tcp:"),
        ("localhost:3310", "neither unix: nor tcp:"),
        ("http://localhost:3310", "neither unix: nor tcp:"),
        ("unix:", "not absolute"),
        ("unix:clamd.ctl", "not absolute"),
        ("unix://run/clamd.ctl", "not absolute"),
        ("unix:/run/clamav/", "not absolute"),
        ("unix:/run/\0", "NUL"),
        (f"unix:/{'x' * 107}", "longer than 107 bytes"),
        (f"unix:/{'é' * 54}", "longer than 107 bytes"),
        ("tcp:", "host is missing"),
        ("tcp://:3310", "host is missing"),
        ("tcp://::1:3310", "port"),
        ("tcp://[::1:3310", "host"),
        ("tcp://[scanner]:3310", "host"),
        ("tcp://sc anner:3310", "host"),
        ("tcp://a..b:3310", "host"),
        (f"tcp://{'x' * 64}:3310", "host"),
        ("tcp://scanner:x", "65535"),
        ("tcp://scanner:0", "65535"),
        ("tcp://scanner:65536", "65535"),
        ("tcp://user:s3cret@scanner:3310", "more than"),
        ("tcp://scanner:3310/path", "more than"),
        ("tcp://scanner:3310?timeout=5", "more than"),
        ("tcp://scanner:3310#x", "more than"),
    ],
)
def test_an_invalid_address_has_a_reason(text: str, expected: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        ClamdAddress.parse(text)
    assert expected in reason(caught.value)
    assert "s3cret" not in f"{caught.value} {caught.value.values}"


def test_the_longest_path_of_a_socket_is_valid() -> None:
    assert ClamdAddress.parse(f"unix:/{'x' * 106}").path == f"/{'x' * 106}"


def test_a_site_without_the_setting_has_no_scanner() -> None:
    setting = TypeAdapter(OptionalClamd)
    assert setting.validate_python("") is None
    assert setting.validate_python("unix:/run/clamd") == ClamdAddress(path="/run/clamd")
