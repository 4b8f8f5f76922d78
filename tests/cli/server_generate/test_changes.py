"""What ``server-generate`` says of added, changed, replaced and removed packages."""

import json
from pathlib import Path

from tests.cli.server_generate.command import generate
from tests.repository.packages import put


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
