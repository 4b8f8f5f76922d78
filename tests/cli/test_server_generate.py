"""``extery server-generate``: arguments, output and exit status."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.missing_brotli import hide_brotli
from tests.repository.packages import put


@pytest.fixture(autouse=True)
def _without_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_brotli(monkeypatch)


def generate(*arguments: str | Path) -> Result:
    command = ["server-generate", "--repo-dir", "packages", *map(str, arguments)]
    return CliRunner().invoke(extery, command)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write two packages to ``packages`` in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "packages"
    folder.mkdir()
    put(folder, "a.zip")
    put(folder, "b.zip", extension_id="dusk", kind="theme")
    return folder


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


def test_a_page_is_written_on_request(packages: Path) -> None:
    generate()
    assert not (packages / "index.html").exists()

    assert generate("--html").stderr.startswith(
        "written: packages/index.html\npaste into Blender: "
    )
    assert (packages / "index.html").read_text().startswith("<!doctype html>")


def test_what_changed_is_printed_in_groups(packages: Path) -> None:
    put(packages, "c.zip", extension_id="old_tool")
    put(packages, "d.zip", extension_id="bolts")
    put(packages, "e.zip", extension_id="nuts")
    generate()
    put(packages, "a2.zip", version="1.3.0")
    put(packages, "new.zip", extension_id="new_tool")
    (packages / "c.zip").unlink()
    (packages / "d.zip").write_bytes(b"no zip")
    (packages / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[extensions.dusk]\ntagline = "Dark"\n'
    )
    put(packages, "e.zip", extension_id="nuts", version="2.0.0-beta.1")

    result = generate()

    assert result.stdout == "found 5 packages: 3 listed, 1 older, 1 hidden.\n"
    assert result.stderr.split("written:")[0].endswith(
        "added: new_tool 1.2.3\n"
        "updated: gear_tool 1.2.3 -> 1.3.0\n"
        "changed: dusk 1.2.3\n"
        "removed: old_tool 1.2.3\n"
        "hidden by the configuration: nuts 1.2.3\n"
        "left out because of errors: bolts 1.2.3\n"
    )
    again = generate()
    assert again.stdout == result.stdout
    assert "updated" not in again.stderr


def test_a_long_list_of_changes_is_shortened(packages: Path) -> None:
    for number in range(20):
        put(packages, f"{number}.zip", extension_id=f"tool_{number:02}")

    [line] = [line for line in generate().stderr.splitlines() if line.startswith("added")]

    assert line.endswith(" and 14 more")
    assert line.count("1.2.3") == 8


def test_eighteen_older_versions_are_counted(packages: Path) -> None:
    for number in range(18):
        put(packages, f"{number}.zip", extension_id="dusk", kind="theme", version=f"1.0.{number}")

    result = generate()
    assert result.stdout == "found 20 packages: 2 listed, 18 older.\n"
    assert "Wrote the listing of 2 packages in packages." in result.stderr


def test_a_version_with_other_bytes_is_a_warning_with_both_hashes(packages: Path) -> None:
    generate()
    old = json.loads((packages / "index.json").read_text())["data"][1]["archive_hash"]
    put(packages, "a.zip", tagline="Cuts gears anew")

    result = generate()

    new = json.loads((packages / "index.json").read_text())["data"][1]["archive_hash"]
    assert result.exit_code == 0
    assert f"gear_tool 1.2.3 was listed with {old}, and has {new} now" in result.stderr
    assert "[generate.package-replaced]" in result.stderr
    assert "package-replaced" not in generate().stderr


def test_bytes_of_a_renamed_package_and_of_one_in_a_channel_are_compared(packages: Path) -> None:
    (packages / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[channels.beta]\nprereleases = true\n'
    )
    put(packages, "beta.zip", version="2.0.0-beta.1")
    generate()
    (packages / "b.zip").unlink()
    put(packages, "dusk.zip", extension_id="dusk", kind="theme", tagline="Another dusk")
    put(packages, "beta.zip", version="2.0.0-beta.1", tagline="Another beta")

    stderr = generate().stderr

    assert "dusk 1.2.3 was listed with sha256:" in stderr
    assert "gear_tool 2.0.0-beta.1 was listed with sha256:" in stderr


def test_packages_of_one_version_for_other_platforms_are_not_replaced(packages: Path) -> None:
    put(packages, "a.zip", platforms=["linux-x64"])
    generate()
    (packages / "a.zip").unlink()
    put(packages, "w.zip", platforms=["windows-x64"])

    assert "package-replaced" not in generate().stderr


def test_the_listing_of_another_tool_is_compared_too(packages: Path) -> None:
    generate()
    listing = json.loads((packages / "index.json").read_text())
    listing["data"][0]["version"] = "1.0.0"
    listing["data"] += [{"id": "gone", "version": "not one"}, {"id": 7}, 7]
    (packages / "index.json").write_text(json.dumps(listing, indent=1))

    stderr = generate().stderr

    assert "updated: dusk 1.0.0 -> 1.2.3" in stderr
    assert "removed: gone not one" in stderr


def test_a_page_of_another_origin_is_replaced_only_with_force(packages: Path) -> None:
    page = packages / "index.html"
    page.write_text("<!doctype html><title>Home of Ada</title>")

    refused = generate("--html")

    assert refused.exit_code == 1
    assert "[generate.page-not-owned]" in refused.stderr
    assert "--force" in refused.stderr
    assert "Home of Ada" in page.read_text()
    assert not (packages / "index.json").exists()
    assert generate().exit_code == 0  # without a page nothing is replaced
    assert "Home of Ada" in page.read_text()
    assert generate("--html", "--force").exit_code == 0
    assert "Home of Ada" not in page.read_text()
    assert generate("--html").exit_code == 0


def test_a_page_from_a_template_is_recognised_after_its_state_is_lost(packages: Path) -> None:
    Path("mine.html").write_text("<h1>Mine</h1>${body}")
    generate("--html", "--html-template", "mine.html")
    shutil.rmtree(packages / ".extery")

    assert generate("--html").exit_code == 0
    assert "<h1>Mine</h1>" not in (packages / "index.html").read_text()


def test_a_template_is_filled_in(packages: Path) -> None:
    Path("mine.html").write_text("<h1>Mine</h1>${body}")

    without = generate("--html-template", "mine.html")
    assert "no effect without --html" in without.stderr
    assert without.exit_code == 0
    generate("--html", "--html-template", "mine.html")
    assert (packages / "index.html").read_text().startswith("<h1>Mine</h1>")


def test_a_package_with_errors_is_reported_and_the_others_are_listed(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate()

    assert result.exit_code == 1
    assert result.stdout == "found 2 packages.\n"
    assert result.stderr.startswith(
        "packages/bad.zip: error: bad.zip is not a zip archive [package.not-zip]\n"
    )


def test_keep_going_exits_with_0(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate("--keep-going")

    assert result.exit_code == 0
    assert "bad.zip" in result.stderr


def test_a_strict_run_lists_all_packages_or_writes_nothing(packages: Path) -> None:
    (packages / "bad.zip").write_text("no zip")

    result = generate("--strict")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert not (packages / "index.json").exists()
    (packages / "bad.zip").unlink()
    assert generate("--strict").exit_code == 0


def test_strict_and_keep_going_exclude_each_other(packages: Path) -> None:
    result = generate("--strict", "--keep-going")

    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_warnings_do_not_fail_the_command(packages: Path) -> None:
    put(packages, "a2.zip")

    result = generate()

    assert result.exit_code == 0
    assert "warning: 2 packages of gear_tool 1.2.3 fit the same Blender" in result.stderr


def test_the_configuration_can_be_another_file(packages: Path) -> None:
    Path("repo.toml").write_text(
        'schema_version = "1.0.0"\n[[blocklist]]\nid = "dusk"\nreason = "Too dark"\n'
    )

    assert generate("--repo-config", "repo.toml").exit_code == 0
    document = json.loads((packages / "index.json").read_text())
    assert document["blocklist"] == [{"id": "dusk", "reason": "Too dark"}]
    assert "[generate.config-missing]" in generate("--repo-config", "none.toml").stderr


def test_a_missing_folder_is_reported() -> None:
    result = CliRunner().invoke(extery, ["server-generate", "--repo-dir", "nowhere"])

    assert result.exit_code == 1
    assert "there is no folder nowhere" in result.stderr


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


def test_verify_reads_unchanged_packages_again(packages: Path) -> None:
    generate()

    assert generate("--verify").stderr.startswith("Nothing to write")


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
