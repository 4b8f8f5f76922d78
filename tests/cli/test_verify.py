"""``verify`` and ``repair`` as a user types them."""

from __future__ import annotations

from tests.cli.evening import Evening


def test_damaged_extensions_are_found_and_repaired(evening: Evening) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    folder = evening.target / "studio/gear_tool"
    (folder / "__init__.py").write_text("broken = True\n")
    (folder / "mine.json").write_text("{}")
    (evening.target / "studio/spring_tool/__init__.py").unlink()
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "changed: __init__.py" in result.output
    assert "added: mine.json" in result.output
    assert "missing: __init__.py" in result.output
    result = evening.run("repair")
    assert result.exit_code == 0
    assert "kept your files of studio.gear_tool: __init__.py, mine.json" in result.output
    assert evening.run("verify").exit_code == 0
    evening.run("undo")
    assert (folder / "__init__.py").read_text() == "broken = True\n"


def test_an_extension_that_blender_has_installed_is_compared_with_its_listing(
    evening: Evening,
) -> None:
    evening.run("install", "gear_tool")
    (evening.target / ".extery/installed.json").unlink()
    assert "studio.gear_tool 1.0.0: intact" in evening.run("verify", "gear_tool").output
    evening.publish("gear_tool", "2.0.0")
    evening.sync()
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "its package is not known" in result.output


def test_a_difference_from_the_package_is_counted_and_the_cure_named(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    (evening.target / "studio/gear_tool/__init__.py").write_text("")
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "to mend what differs: extery repair --dir" in result.output
    assert result.output.endswith("\nVerified 1 extension, 1 differs.\n")
    result = evening.run("repair")
    assert "reinstalled studio.gear_tool 1.0.0" in result.output
    assert "Reinstalled 1 extension." in result.output
    assert "Nothing to do: 1 extension is intact." in evening.run("repair").output
