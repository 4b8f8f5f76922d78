"""Manifests keep their meaning and their comments from one form to the other."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from extery.manifest.document import check_manifest
from extery.manifest.edit import InapplicableEdit
from extery.manifest.schemas.forms import FORMS, LIST, STEPS, TABLE, form_of, migrate
from tests.samples.packages import ADD_ON

BASE = ADD_ON.decode()
REASONS = {"files": "Export gears to disk", "network": "Get the list of gears"}
PLACES = {
    "one line": 'permissions = ["files", "network"]\n',
    "lines": 'permissions = [\n  "files",\n  "network",\n]\n',
    "comment above": '# What it needs.\npermissions = ["files", "network"]\n',
    "comment behind": 'permissions = ["files", "network"] # both\n',
    "twice": 'permissions = ["files", "network", "files"]\n',
    "before a table": 'permissions = ["files", "network"]\n\n[build]\npaths_exclude_pattern = ["/x/"]\n',
}


def moved(text: str, to: Any, reasons: dict[str, str] = REASONS) -> Any:
    return migrate(text, tomllib.loads(text), to=to, reasons=reasons)


def test_there_is_a_step_between_all_neighbours() -> None:
    assert len(STEPS) == len(FORMS) - 1
    assert len({form.name for form in FORMS}) == len(FORMS)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("place", PLACES)
def test_a_list_becomes_a_table_with_reasons_and_back(place: str, newline: str) -> None:
    text = (BASE + PLACES[place]).replace("\n", newline)
    before = tomllib.loads(text)
    assert form_of(before) is LIST
    result = moved(text, TABLE)
    after = tomllib.loads(result.text)
    assert after.pop("permissions") == REASONS
    assert after == {key: value for key, value in before.items() if key != "permissions"}
    assert (result.missing, result.lost) == ((), {})
    assert check_manifest(result.text.encode())[0] is not None
    for comment in ("# What it needs.", "# both"):
        assert (comment in result.text) == (comment in text)
    assert ("\r\n" in result.text) == (newline == "\r\n")

    back = moved(result.text, LIST)
    assert tomllib.loads(back.text) == before | {"permissions": ["files", "network"]}
    assert back.lost == {f"permissions.{name}": why for name, why in REASONS.items()}
    assert moved(back.text, TABLE).text == moved(moved(back.text, TABLE).text, TABLE).text


def test_reasons_that_are_not_given_are_to_be_written() -> None:
    result = moved(BASE + PLACES["one line"], TABLE, {"files": "Export gears"})
    assert result.missing == ("permissions.network",)
    assert tomllib.loads(result.text)["permissions"] == {"files": "Export gears", "network": ""}
    problems = check_manifest(result.text.encode())[1].errors
    assert [problem.code for problem in problems] == ["manifest.permissions.empty"]


def test_reasons_are_quoted() -> None:
    reason = 'Say "hello" \\ 日本'
    result = moved(BASE + 'permissions = ["files", "odd name"]\n', TABLE, {"files": reason})
    assert tomllib.loads(result.text)["permissions"] == {"files": reason, "odd name": ""}


@pytest.mark.parametrize("to", FORMS)
def test_a_manifest_without_permissions_stays_as_it_is(to: Any) -> None:
    assert moved(BASE, to) == (BASE, {}, ())


def test_an_inline_table_becomes_a_list() -> None:
    text = BASE + 'permissions = { files = "Export gears" } # why\n'
    result = moved(text, LIST)
    assert tomllib.loads(result.text)["permissions"] == ["files"]
    assert "# why" in result.text


def test_a_comment_inside_of_the_list_is_not_lost() -> None:
    with pytest.raises(InapplicableEdit):
        moved(BASE + 'permissions = [\n  "files", # to export\n]\n', TABLE)


@pytest.mark.parametrize("version", ["2.0.0", "", 1, None])
def test_a_version_that_is_unknown_has_no_form(version: object) -> None:
    assert form_of({"schema_version": version, "permissions": []}) is None
