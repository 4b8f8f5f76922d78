"""The JSON Schema of manifests agrees with `extery validate` as far as a JSON Schema can."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from extery.cli.app import extery
from extery.core.types import TYPES
from extery.manifest.document import blender_tags, check_manifest
from extery.manifest.schemas.registry import LATEST, SCHEMA_VERSIONS
from extery.manifest.schemas.v1_0_0 import FIELDS
from tests.parts import require_part

VALIDATOR = Draft202012Validator(dict(LATEST.json_schema()))
GOOD: dict[str, Any] = {
    "schema_version": "1.0.0",
    "id": "gear_tool",
    "version": "1.0.0-alpha.1+linux",
    "name": "Gear Tool",
    "tagline": "Add gears (of any size)",
    "maintainer": "Ada Smith <ada@gears.test>",
    "type": "add-on",
    "tags": ["Mesh"],
    "blender_version_min": "4.2.0",
    "blender_version_max": "5.3.0",
    "license": ["SPDX:GPL-3.0-or-later"],
    "copyright": ["2002-2024 Ada Smith"],
    "website": "https://gears.test/",
    "permissions": {"files": "Export gears to disk"},
    "platforms": ["linux-x64"],
    "wheels": ["./wheels/gears-1.0-py3-none-any.whl"],
    "build": {"paths_exclude_pattern": ["/tests/"]},
}


def fits(table: dict[str, Any]) -> bool:
    return next(VALIDATOR.iter_errors(table), None) is None


def test_each_schema_is_a_valid_schema_with_all_fields() -> None:
    for version in SCHEMA_VERSIONS:
        document = dict(version.json_schema())
        Draft202012Validator.check_schema(document)
        assert FIELDS.keys() <= document["properties"].keys()
        assert {name for name, field in FIELDS.items() if field.required} == set(
            document["required"]
        )
        for name, field in document["properties"].items():
            assert field["description"], name


def test_a_manifest_without_problems_fits() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(GOOD)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": "1.0.1"},
        {"id": "9gears"},
        {"id": "gear__tool"},
        {"id": "Gear"},
        {"version": "1.0"},
        {"name": " Gear"},
        {"name": ""},
        {"tagline": "Add gears."},
        {"tagline": "x" * 65},
        {"type": "addon"},
        {"license": []},
        {"license": ["GPL-3.0-or-later"]},
        {"license": "SPDX:MIT"},
        {"blender_version_min": "4.2"},
        {"website": "gears.test"},
        {"copyright": ["Ada Smith"]},
        {"tags": ["Gears"]},
        {"tags": ["Mesh", "Mesh"]},
        {"permissions": ["files"]},
        {"permissions": {"disk": "Export"}},
        {"permissions": {"files": ""}},
        {"permissions": {"files": "Export gears."}},
        {"platforms": ["linux"]},
        {"wheels": ["wheels\\a.whl"]},
        {"wheels": ["wheels/a.zip"]},
        {"asset_library": {"remote_url": "https://gears.test/"}},
        {"build": {"paths": ["a.py"], "paths_exclude_pattern": ["b"]}},
        {"files": "Export"},
    ],
    ids=str,
)
def test_a_mistake_that_validate_reports_does_not_fit(change: dict[str, Any]) -> None:
    assert not fits(GOOD | change)


def test_each_type_has_its_own_tags_and_permissions() -> None:
    for type_ in TYPES:
        table = GOOD | {"type": type_.name, "tags": list(type_.tags)}
        table["permissions"] = dict.fromkeys(type_.permissions, "Reason")
        if not type_.permissions:
            assert not fits(table)
            del table["permissions"]
        is_library = type_.name == TYPES[-1].name
        assert fits(table) != is_library
        table["asset_library"] = {"remote_url": "https://gears.test/"}
        assert fits(table) == is_library


@pytest.mark.corpus
def test_every_real_manifest_without_problems_fits() -> None:
    corpus = Path(require_part("corpus"))
    files = sorted(corpus.rglob("*.toml"))
    assert len(files) > 100
    checked = 0
    for file in files:
        manifest, problems = check_manifest(file.read_bytes(), valid_tags=blender_tags())
        if manifest is not None and not problems:
            errors = [error.message for error in VALIDATOR.iter_errors(dict(manifest.table))]
            assert errors == [], file.name
            checked += 1
    assert checked > 20


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(extery, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == LATEST.json_schema()
    listed = CliRunner().invoke(extery, ["schema", "--list"])
    assert listed.stdout.startswith("1.0.0  Blender 4.2")
    unknown = CliRunner().invoke(extery, ["schema", "9"])
    assert unknown.exit_code == 1
    assert "choose one of: 1.0.0" in unknown.stderr
