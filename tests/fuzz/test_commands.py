"""Commands on hostile listings: they report a problem or succeed, without a traceback."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.errors import ExteryError
from tests.fuzz.judge import judge
from tests.fuzz.listing import _ENTRY, _document, target
from tests.samples.packages import add_on

PACKAGE = add_on()
GOOD: dict[str, Any] = {key: value for key, value in _ENTRY.items() if key != "python_versions"} | {
    "id": "gear_tool",
    "version": "1.2.3",
    "archive_url": "./gears.zip",
    "archive_size": len(PACKAGE),
    "archive_hash": f"sha256:{hashlib.sha256(PACKAGE).hexdigest()}",
}
OTHER = GOOD | {"version": "2.0.0", "archive_url": "./b.zip"}


def _many(number: int) -> dict[str, Any]:
    return OTHER | {
        "version": f"{number}.0.0",
        "archive_url": f"./{number}.zip",
        "platforms": [f"p{number}-{n}" for n in range(3_000)],
        "python_versions": [f"3.{n}" for n in range(300)],
    }


LISTINGS = {
    "a size of 400 digits": _document(GOOD, OTHER | {"archive_size": 10**400}),
    "a surrogate as a key": _document(GOOD | {"permissions": {"\ud800": 1}}),
    "a surrogate in a URL": _document(GOOD | {"archive_url": "./\ud800.zip"}),
    "nested deeply": _document(GOOD).replace(
        b'"permissions"', b'"more": ' + b"[" * 960 + b"]" * 960 + b', "permissions"'
    ),
    "a version of 10,000 digits": _document(GOOD | {"version": "9" * 10_000 + ".0.0"}, OTHER),
    "digits of another script": _document(
        GOOD | {"version": "1.0.0-\u0663a"}, OTHER | {"version": "1.0.0-\u0661a"}
    ),
    "odd Pythons": _document(
        GOOD | {"python_versions": ["3.\u00b2", "", "9" * 5_000]}, OTHER | {"python_versions": [1]}
    ),
    "thousands of platforms": _document(_many(1), _many(2)),
    "a path outside the folder": _document(GOOD | {"archive_url": "./../../gears.zip"}),
    "odd blocks": json.dumps(
        {"version": "v1", "blocklist": [{"id": 1}, {}, {"id": "\ud800"}], "data": [GOOD]}
    ).encode(),
    "NaN and infinity": _document(GOOD | {"more": [float("nan"), float("inf")]}),
    "a number of 5,000 digits": b'{"version": "v1", "data": ' + b"9" * 5_000 + b"}",
    "null in all fields": _document(dict.fromkeys(GOOD)),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_no_listing_ends_a_command_with_a_traceback(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "index.json").write_bytes(LISTINGS[name])
    (source / "gears.zip").write_bytes(PACKAGE)
    arguments = (
        ["mirror", str(source), str(tmp_path / "mirror")],
        ["mirror", str(source), str(tmp_path / "other"), "--keep-going", "--json"],
        ["mirror", str(source), str(tmp_path / "third"), "--newest", "1", "--blender", "4.2"],
        ["server-check", str(source)],
        ["server-check", str(source), "--json"],
    )

    for words in arguments:
        result = CliRunner().invoke(extery, words)

        assert result.exception is None or isinstance(result.exception, SystemExit | ExteryError)
        assert result.exit_code in (0, 1)


def test_entries_for_thousands_of_platforms_and_pythons_are_processed_in_bounded_time() -> None:
    own = [
        OTHER
        | {
            "version": f"{n}.0.0",
            "archive_url": f"./{n}.zip",
            "blender_version_min": f"4.{n}.0",
            "blender_version_max": f"5.{n}.0",
            "platforms": [f"p{n}", f"p{n + 1}"],
            "python_versions": [f"3.{n}", f"3.{n + 1}"],
        }
        for n in range(60)
    ]

    assert judge(target, _document(_many(1), _many(2))) is None
    assert judge(target, _document(*own)) is None
    assert judge(target, _document(*([OTHER] * 500))) is None
