"""The oracle gives the verdicts recorded with Blender's command line."""

import json

import pytest

from tests.blender.install import VERSIONS
from tests.blender.oracle import lenient_error, strict_errors
from tests.parts import require_part

pytestmark = [pytest.mark.blender, pytest.mark.parametrize("version", VERSIONS)]

GOOD = b"""\
schema_version = "1.0.0"
id = "gear_tool"
name = "Gear Tool"
tagline = "Makes gears"
version = "1.0.0"
type = "add-on"
maintainer = "Someone"
license = ["SPDX:GPL-3.0-or-later"]
blender_version_min = "4.2.0"
"""


@pytest.mark.corpus
@pytest.mark.parametrize("use_tags", [False, True], ids=["without-tags", "with-tags"])
def test_the_verdicts_equal_the_recorded_ones(version: str, use_tags: bool) -> None:
    corpus = require_part("corpus")
    newer = version not in ("4.2", "5.0")
    recordings = corpus / ("verdicts-4.5-to-5.3.jsonl" if newer else "verdicts.jsonl")
    rows = [json.loads(line) for line in recordings.read_text("utf-8").splitlines()]
    recorded = [
        row[f"validate_{version.replace('.', '_')}{'_tags' if use_tags else ''}"] for row in rows
    ]

    answers = strict_errors(
        version, [(corpus / row["file"]).read_bytes() for row in rows], use_tags
    )

    assert [len(errors) for errors in answers] == [
        len(verdict["fields_in_error"]) for verdict in recorded
    ]
    assert [not errors for errors in answers] == [verdict["ok"] for verdict in recorded]


def test_a_valid_manifest_has_no_errors_with_any_reader(version: str) -> None:
    assert strict_errors(version, [GOOD], True) == [[]]
    assert strict_errors(version, [GOOD], True, reader="package") == [[]]
    assert lenient_error(version, [GOOD]) == [None]
    assert lenient_error(version, [GOOD], reader="folder") == [None]


def test_the_strict_reading_reports_all_errors_and_the_lenient_one_the_first(version: str) -> None:
    broken = GOOD.replace(b'"gear_tool"', b'"gear tool"').replace(b'"1.0.0"\ntype', b'"one"\ntype')

    [errors] = strict_errors(version, [broken])
    [error] = lenient_error(version, [broken])

    assert [message.split('"')[1] for message in errors] == ["id", "version"]
    assert error is not None
    assert error.startswith('key "id" invalid')


def test_the_lenient_reading_ignores_a_rule_for_authors(
    version: str,
) -> None:
    pointed = GOOD.replace(b"Makes gears", b"Makes gears!")

    assert len(strict_errors(version, [pointed])[0]) == 1
    assert lenient_error(version, [pointed]) == [None]


def test_a_byte_order_mark_is_a_parse_error(version: str) -> None:
    assert strict_errors(version, [b"\xef\xbb\xbf" + GOOD]) == [
        ["Invalid statement (at line 1, column 1)"]
    ]


def test_an_unknown_tag_is_refused_only_if_blenders_list_is_passed(version: str) -> None:
    tagged = GOOD + b'tags = ["Gears"]\n'

    assert strict_errors(version, [tagged]) == [[]]
    [[error]] = strict_errors(version, [tagged], True)
    assert error.startswith(
        'Error in TOML "folder/blender_manifest.toml" loading tags: found invalid tag "Gears"'
    )


def test_a_crash_of_blenders_tool_is_reported_as_a_crash(version: str) -> None:
    odd = b"build = 3\n" + GOOD

    assert strict_errors(version, [odd]) == [[]]
    assert lenient_error(version, [odd, GOOD]) == [
        "crash: AttributeError: 'int' object has no attribute 'get'",
        None,
    ]


def test_verdicts_are_returned_in_the_order_of_the_batch(version: str) -> None:
    answers = strict_errors(version, [GOOD, b"", GOOD.replace(b'name = "Gear Tool"\n', b"")] * 50)

    assert [len(errors) for errors in answers] == [0, 9, 1] * 50


def test_the_generated_table_has_an_effect_in_a_package_only(version: str) -> None:
    split = GOOD + b'platforms = ["linux-x64"]\n[build.generated]\nplatforms = "linux-x64"\n'

    assert lenient_error(version, [split], reader="folder") == [None]
    [error] = lenient_error(version, [split], reader="package")
    assert error is not None
    assert "platforms" in error
