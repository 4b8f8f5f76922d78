"""The JSON files of a target's state can be read by people, and by the program again."""

from __future__ import annotations

import json
from pathlib import Path

from extery.client.state_files import read_object, write_object

VALUE = {
    "steps": [{"id": "gear_tool", "after": ["1.0.0", "", 0]}, {"id": "\u00fcber"}],
    "installed": {"studio.gear_tool": {"version": "1.0.0", "held": "<2"}, '"': {}},
    "none": [],
    "empty": {},
    "command": 'a "quoted" one',
    "number": 3,
}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_object(tmp_path / "state" / "file.json", VALUE)
    assert read_object(tmp_path / "state" / "file.json") == VALUE


def test_each_item_has_a_line_and_keys_are_sorted(tmp_path: Path) -> None:
    write_object(tmp_path / "file.json", VALUE)
    text = (tmp_path / "file.json").read_text("ascii")
    assert '\n{"after": ["1.0.0", "", 0], "id": "gear_tool"},\n' in text
    assert [*json.loads(text)] == sorted(VALUE)
    assert text.endswith("}\n")
