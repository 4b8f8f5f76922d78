"""``[asset_library]``, and what depends on the type of an extension: permissions, tags, advice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extery.core.errors import InvalidInput, ProblemList
from extery.manifest.document import Manifest, blender_tags, check_manifest
from extery.manifest.schemas.blender_rules import rules_of
from extery.manifest.tags import read_valid_tags
from tests.manifest.mutations import GOOD, GOOD_LIBRARY, GOOD_THEME, toml

AREA = "manifest.asset_library."


def problems_of(table: str, **fields: str) -> ProblemList:
    data = toml({**GOOD_LIBRARY, "asset_library": table, **fields})
    return check_manifest(data, valid_tags=blender_tags())[1]


def kinds(table: str, **fields: str) -> list[str]:
    return [problem.code.removeprefix(AREA) for problem in problems_of(table, **fields)]


def test_a_good_asset_library_has_no_problems() -> None:
    manifest = Manifest.parse(toml(GOOD_LIBRARY), valid_tags=blender_tags())

    assert manifest.asset_library == {"remote_url": "https://example.org/gears/"}


def test_every_mistake_is_reported_at_its_place() -> None:
    problems = problems_of('{remote_url = 1, auth = {required = "yes"}}')

    assert [(p.code.removeprefix(AREA), p.where.field) for p in problems] == [
        ("url-wrong-type", "asset_library.remote_url"),
        ("auth-wrong-value", "asset_library.auth.required"),
        ("auth-missing", "asset_library.auth"),
    ]


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("HTTPS://example.org/x/", "write 'https://example.org/x/'"),
        (" https://example.org/x/", "write 'https://example.org/x/'"),
        ("example.org/x/", "write 'https://example.org/x/'"),
        ("file:///srv/x/", "serve the folder over http or https"),
        ("ftp://example.org/x/", "write the whole address"),
        ("x", "write the whole address"),
    ],
)
def test_the_cure_of_an_address_fits_the_mistake(url: str, cure: str) -> None:
    [problem] = problems_of(f"{{remote_url = {json.dumps(url)}}}")

    assert problem.code == f"{AREA}url-not-http"
    assert problem.hint.startswith(cure)


def test_a_misspelt_key_is_one_problem() -> None:
    [problem] = problems_of('{remote-url = "https://example.org/x/"}')

    assert problem.code == f"{AREA}url-missing"
    assert problem.hint == "rename 'remote-url' to 'remote_url'"


@pytest.mark.parametrize("good", [GOOD, GOOD_THEME], ids=["add-on", "theme"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_malformed_table_is_an_error_in_every_type_and_reading(
    good: dict[str, str], strict: bool
) -> None:
    data = toml({**good, "asset_library": "{remote_url = 1}"})

    for rules, is_read in ((rules_of((5, 2, 0)), False), (rules_of((5, 3, 0)), True)):
        manifest, problems = check_manifest(data, strict=strict, rules=rules)
        assert (manifest is None) == is_read
        assert [p.code for p in problems] == [f"{AREA}url-wrong-type"] * is_read
    assert f"{AREA}url-wrong-type" in [p.code for p in check_manifest(data, strict=strict)[1]]


def test_clients_accept_an_unknown_method() -> None:
    table = '{remote_url = "https://x.org/", auth = {required = true, auth_method = "OAUTH"}}'
    data = toml({**GOOD_LIBRARY, "asset_library": table})

    assert kinds(table) == ["auth-unknown-method"]
    assert check_manifest(data, strict=False)[0] is not None


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('{remote_url = "https://"}', ["url-not-address"]),
        ('{remote_url = "https://x.org/a b/"}', ["url-not-address"]),
        ('{remote_url = "https://[x/"}', ["url-not-address"]),
        ('{remote_url = "http://x.org"}', ["url-not-https", "url-no-slash"]),
        ('{remote_url = "https://x.org/a?b"}', ["url-query"]),
        ('{remote_url = "https://x.org/a/#"}', ["url-query"]),
        (
            '{remote_url = "https://x.org/", auth = {required = false, auth_method = "TOKEN", a = 1}}',
            ["auth-not-required", "unknown-key"],
        ),
    ],
)
def test_advice_about_an_address(table: str, expected: list[str]) -> None:
    assert kinds(table) == expected


def test_advice_about_fields_without_effect() -> None:
    problems = problems_of(
        GOOD_LIBRARY["asset_library"],
        blender_version_min='"4.2.0"',
        platforms='["linux-x64"]',
        wheels='["./wheels/gears-1.0-py3-none-any.whl"]',
    )

    assert [problem.message for problem in problems] == [
        "blender_version_min is '4.2.0', but asset libraries came with 5.3.0",
        "wheels have no effect in asset libraries",
        "asset libraries work on every platform",
    ]


def test_a_permission_of_another_type_is_named_as_such() -> None:
    [problem] = problems_of(GOOD_LIBRARY["asset_library"], permissions='{files = "Read gears"}')

    assert problem.message == (
        "asset libraries cannot have the permission 'files'; theirs are: scripts"
    )


def test_a_theme_has_no_permissions_and_older_blenders_accept_them() -> None:
    data = toml({**GOOD_THEME, "permissions": '{files = "Read gears", network = "x."}'})

    [problem] = check_manifest(data)[1]
    assert problem.code == "manifest.permissions.none-for-type"
    assert "Blender 5.3" in problem.message
    assert problem.hint.startswith("remove the table [permissions]: older Blenders accept it")


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ('{"asset-library": ["Brush"]}', True),
        ('{"asset-library": ["Brush"], "theme": 3}', True),
        ('{"theme": ["Dark"]}', False),
        ('{"asset-library": "Brush", "theme": []}', False),
        ('{"asset-library": [1], "theme": []}', False),
    ],
)
def test_only_the_tags_of_the_own_type_have_to_be_listed(
    text: str, accepted: bool, tmp_path: Path
) -> None:
    (tmp_path / "tags.json").write_text(text)
    valid_tags = read_valid_tags(tmp_path / "tags.json")

    for fields in (GOOD_LIBRARY, {**GOOD_LIBRARY, "tags": '["Brush"]'}):
        problems = check_manifest(toml(fields), valid_tags=valid_tags)[1]
        assert [p.code for p in problems] == [] if accepted else ["manifest.tags.no-list"]


def test_a_python_file_of_tags_may_have_one_type(tmp_path: Path) -> None:
    (tmp_path / "tags.py").write_text('asset_libraries = {"Gears"}')

    assert read_valid_tags(tmp_path / "tags.py") == {"asset-library": ["Gears"]}


@pytest.mark.parametrize("text", ["[]", "{}", '{"add-ons": []}'])
def test_a_file_without_tags_of_any_type_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "tags.json").write_text(text)

    with pytest.raises(InvalidInput) as caught:
        read_valid_tags(tmp_path / "tags.json")
    assert caught.value.code == "usage.tag-file"
