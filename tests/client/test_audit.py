"""Audits name what is blocked, outdated, unfit or in conflict, with totals of licences and permissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extery.client.audit import Audit, audit
from extery.client.policy import Policy, Rule, load_policy
from extery.client.records import find_installed, store_hold
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import transaction
from extery.core.errors import ExteryError
from extery.listing.entries import dump_listing, make_listing
from tests.client.samples import LOCAL, STUDIO, make_entry, make_package, make_target, state_of

OPTIONS = " --blender 4.2"


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path, STUDIO, LOCAL)


def install(target: Target, identifier: str = "gear_tool", lines: str = "") -> None:
    package = make_package(target.folder.parent / "made", identifier)
    with transaction(target, "install") as current:
        current.install(STUDIO, identifier, state_of(package), package)
        current.commit()
    manifest = target.folder / "studio" / identifier / "blender_manifest.toml"
    manifest.write_text(manifest.read_text() + lines)


def publish(target: Target, *entries: Any, blocklist: Any = ()) -> None:
    path = STUDIO.listing_in(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump_listing({**make_listing(list(entries)), "blocklist": list(blocklist)}))


def installed_entry(target: Target) -> Any:
    """Return the entry of the package that `install` has installed."""
    state = state_of(target.folder.parent / "made/gear_tool-1.0.0.zip")
    return make_entry(archive_hash=f"sha256:{state.sha256}")


def run(target: Target) -> Audit:
    return audit(target, Store(target.folder.parent / "cache"), options=OPTIONS)


def codes(found: Audit) -> list[str]:
    return [problem.code for problem in found.problems]


def test_a_target_in_order_has_no_problems(target: Target) -> None:
    install(target)
    publish(target, installed_entry(target))
    found = run(target)
    assert (codes(found), [item.name for item in found.installed]) == ([], ["studio.gear_tool"])


def test_a_blocked_extension_is_an_error_with_its_reason(target: Target) -> None:
    install(target)
    publish(
        target, installed_entry(target), blocklist=[{"id": "gear_tool", "reason": "it mines coins"}]
    )
    found = run(target)
    [problem] = found.problems
    assert problem.is_error
    assert problem.message.endswith("is blocked by its repository: it mines coins")
    assert problem.hint == "remove it: extery remove studio.gear_tool --blender 4.2"
    assert [item.name for item in found.blocked] == ["studio.gear_tool"]


def test_an_outdated_extension_is_a_warning_also_if_it_is_pinned(target: Target) -> None:
    install(target)
    publish(target, make_entry(version="1.2.0"))
    [problem] = run(target).problems
    assert problem.message == "studio.gear_tool 1.0.0 is outdated, 1.2.0 is available"
    assert problem.hint.endswith("extery update studio.gear_tool --blender 4.2")
    [item] = find_installed(target)
    store_hold(target, item, "<1.1")
    assert "extery unpin" in run(target).problems[0].hint


def test_extensions_for_other_blenders_and_pythons_are_warnings(target: Target) -> None:
    install(target)
    manifest = target.folder / "studio/gear_tool/blender_manifest.toml"
    manifest.write_text(manifest.read_text().replace('"4.2.0"', '"5.0.0"'))  # of a later Blender
    wheel = 'wheels = ["./wheels/nut-1.0-cp313-cp313-any.whl"]\n'
    install(target, "nut_tool", wheel)
    assert codes(run(target)) == ["doctor.unfit", "doctor.wheel-python"]


def test_wheel_conflicts_among_all_installed_extensions_are_found_once(target: Target) -> None:
    for identifier, version in (("gear_tool", "1.0"), ("nut_tool", "2.0"), ("bolt_tool", "2.0")):
        wheel = f'wheels = ["./wheels/nut-{version}-py3-none-any.whl"]\n'
        install(target, identifier, wheel)
    found = run(target)
    assert codes(found) == ["install.wheel-conflict"] * 2
    assert {dict(problem.values)["wheel"] for problem in found.problems} == {"nut"}


def test_licences_and_permissions_are_counted_the_most_frequent_first(target: Target) -> None:
    permissions = '[permissions]\nnetwork = "Fetches gears"\nfiles = "Writes gears"\n'
    install(target, "gear_tool", permissions)
    install(target, "nut_tool", '[permissions]\nnetwork = "Fetches nuts"\n')
    install(target, "bolt_tool")
    found = run(target)
    assert {word: len(names) for word, names in found.licenses.items()} == {"GPL-3.0-or-later": 3}
    assert [*found.permissions.items()] == [
        ("network", ["studio.gear_tool", "studio.nut_tool"]),
        ("files", ["studio.gear_tool"]),
        ("none", ["studio.bolt_tool"]),
    ]


def test_a_policy_file_has_settings_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('blocked = "remove"\n')
    assert load_policy(file) == Policy("remove")
    file.write_text("")
    assert load_policy(file) == Policy("warn")
    file.write_text('licences = ["MIT"]\nother-licences = "disable"\npermissions = []\n')
    assert load_policy(file) == Policy(
        "warn", Rule(frozenset({"mit"}), "disable"), Rule(frozenset(), "warn")
    )
    for text, code in (
        ("online = true\n", "config.unknown"),
        ('blocked = "ask"\n', "config.value"),
        ("blocked = \n", "config.toml"),
    ):
        file.write_text(text)
        with pytest.raises(ExteryError) as caught:
            load_policy(file)
        assert caught.value.code == code
