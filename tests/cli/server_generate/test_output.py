"""What ``server-generate`` prints: as text, as JSON, and as messages for Blender."""

import json
from pathlib import Path

import pytest

from tests.cli.server_generate.command import generate
from tests.repository.packages import put


def test_the_number_of_packages_is_printed_as_by_blender(packages: Path) -> None:
    result = generate()

    assert result.exit_code == 0
    assert result.stdout == "found 2 packages.\n"
    assert result.stderr == (
        "added: dusk 1.2.3, gear_tool 1.2.3\n"
        "written: packages/index.json\nwritten: packages/index.json.gz\n"
        f"paste into Blender: {packages.as_uri()}/index.json\n"
        "Wrote the listing of 2 packages in packages. No problems.\n"
    )
    assert len(json.loads((packages / "index.json").read_text())["data"]) == 2


def test_a_second_run_writes_nothing(packages: Path) -> None:
    generate("--html")

    assert generate("--html").stderr == (
        "Nothing to write: listing of 2 packages in packages. No problems.\n"
    )


def test_the_configuration_can_be_another_file(packages: Path) -> None:
    Path("repo.toml").write_text(
        'schema_version = "1.0.0"\n[[blocklist]]\nid = "dusk"\nreason = "Too dark"\n'
    )

    assert generate("--repo-config", "repo.toml").exit_code == 0
    document = json.loads((packages / "index.json").read_text())
    assert document["blocklist"] == [{"id": "dusk", "reason": "Too dark"}]
    assert "[generate.config-missing]" in generate("--repo-config", "none.toml").stderr


def test_json_lists_the_written_files(packages: Path) -> None:
    (packages / "bad.zip").touch()

    result = generate("--json")

    document = json.loads(result.stdout)
    assert result.stderr == "Wrote the listing of 2 packages in packages. Found 1 error.\n"
    assert result.exit_code == 1
    assert document | {"problems": []} == {
        "version": 1,
        "command": "server-generate",
        "ok": False,
        "counts": {"errors": 1, "warnings": 0, "silenced": 0},
        "silenced": [],
        "packages": 2,
        "package_counts": {"listed": 2, "older": 0, "hidden": 0},
        "changes": {
            "index.json": {
                "added": {"dusk": "1.2.3", "gear_tool": "1.2.3"},
                "updated": [],
                "changed": {},
                "removed": {},
                "hidden": {},
                "refused": {},
                "replaced": [],
            }
        },
        "verdicts": {
            "bad.zip": {
                series: {"accepts": False, "codes": ["package.empty"]}
                for series in ("4.2", "4.5", "5.0", "5.1", "5.2", "5.3")
            }
        },
        "written": ["packages/index.json", "packages/index.json.gz"],
        "listings": [
            {
                "file": "index.json",
                "audience": "everyone",
                "url": f"{packages.as_uri()}/index.json",
            }
        ],
        "problems": [],
    }
    assert [problem["file"] for problem in document["problems"]] == ["packages/bad.zip"]


def test_json_has_the_same_members_after_an_error(packages: Path) -> None:
    (packages / "blender_repo.toml").touch()

    result = generate("--json")

    document = json.loads(result.stdout)
    assert (document["ok"], document["packages"], document["written"]) == (False, 0, [])
    assert [problem["code"] for problem in document["problems"]] == ["generate.config-schema"]


MESSAGES = [
    ["ERROR", "packages/bad.zip: bad.zip is empty"],
    ["STATUS", "found 2 packages."],
]


@pytest.mark.parametrize(("form", "end"), [("JSON", "\n"), ("JSON_0", "\0")])
def test_messages_are_those_of_blenders_tool(packages: Path, form: str, end: str) -> None:
    (packages / "bad.zip").touch()

    result = generate("--output-type", form)

    *messages, last = result.stdout.split(end)
    assert [json.loads(message) for message in messages] == MESSAGES
    assert last == ""
    assert result.stderr == ""
    assert result.exit_code == 1


def test_messages_as_text_are_lines_with_their_kind(packages: Path) -> None:
    put(packages, "a2.zip")

    result = generate("--output-type", "TEXT")

    warning, found = result.stdout.splitlines()
    assert warning.startswith("WARN: packages/a.zip: 2 packages of gear_tool 1.2.3 fit")
    assert found == "found 3 packages."
    fatal = generate("--output-type", "TEXT", "--repo-config", "none.toml")
    assert fatal.stdout.startswith("FATAL_ERROR: none.toml: none.toml cannot be read")
    assert fatal.exit_code == 1


def test_output_type_and_output_format_exclude_each_other(packages: Path) -> None:
    assert generate("--json", "--output-type", "JSON").exit_code == 2


def test_several_listings_are_printed_with_their_audiences(packages: Path) -> None:
    (packages / "blender_repo.toml").write_text('schema_version = "1.0.0"\n[channels.beta]\n')

    for result in (generate(), generate()):
        assert result.stderr.splitlines()[-3:-1] == [
            f"paste into Blender, for everyone: {packages.as_uri()}/index.json",
            f"paste into Blender, for channel beta: {packages.as_uri()}/beta/index.json",
        ]


def test_written_packages_are_summarized_per_folder(packages: Path) -> None:
    (packages / "blender_repo.toml").write_text('schema_version = "1.0.0"\n[channels.beta]\n')

    lines = generate().stderr.splitlines()

    assert "written: 2 packages in packages/beta" in lines
    assert not [line for line in lines if ".zip" in line]


def test_base_url_is_the_printed_address(packages: Path) -> None:
    (packages / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nbase_url = "https://example.org/r"\n'
    )

    assert "paste into Blender: https://example.org/r/index.json\n" in generate().stderr


def test_the_url_of_each_listing_is_printed_with_its_blenders(packages: Path) -> None:
    put(packages, "rocks.zip", extension_id="rocks", kind="asset-library")

    result = generate("--assetlib-auth-method", "FROM_REPOSITORY")

    assert result.exit_code == 0, result.output
    url = packages.as_uri()
    assert (
        f"paste into Blender, for every Blender, without asset libraries: {url}/index.json\n"
        "paste into Blender, for Blender 5.3 and newer, with asset libraries: "
        f"{url}/blender-5.3/index.json\n"
    ) in result.stderr
    assert generate("--assetlib-auth-method", "FROM_REPOSITORY").stderr.count("paste into") == 2
    document = json.loads((packages / "blender-5.3/index.json").read_text())
    assert list(document) == ["version", "blocklist", "assetlib_auth_method", "data"]
    assert document["assetlib_auth_method"] == "FROM_REPOSITORY"
    data = json.loads(generate("--output-format", "json").stdout)
    assert [item["audience"] for item in data["listings"]] == [
        "every Blender, without asset libraries",
        "Blender 5.3 and newer, with asset libraries",
    ]


def test_another_auth_method_is_a_usage_error_as_in_blender(packages: Path) -> None:
    result = generate("--assetlib-auth-method", "per_library")

    assert result.exit_code == 2
    assert not (packages / "index.json").exists()
