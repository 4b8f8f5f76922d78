"""Extensions that Blender cannot load, or that exist twice."""

from __future__ import annotations

import shutil

import pytest

from extery.client.checks import extensions
from extery.client.checks.context import Context
from extery.client.repositories import Repository, change_repositories
from tests.client.doctor.examined import hint_runs, install, one
from tests.client.samples import LOCAL, STUDIO


def test_repositories_with_the_same_url_are_found(checked: Context) -> None:
    twin = Repository("studio_001", "https://EXAMPLE.org/")
    disabled = Repository("other", STUDIO.url, enabled=False)
    change_repositories(checked.target, lambda rows: [*rows, twin, disabled])
    problem = one(extensions.find_twin_repositories(checked), "doctor.twin-repositories")
    assert problem.hint == "remove one: extery repo remove studio_001 --blender 4.2"


def test_an_id_that_is_installed_from_two_repositories_is_found(checked: Context) -> None:
    install(checked)
    install(checked, LOCAL)
    problem = one(extensions.find_twin_extensions(checked), "doctor.twin-extensions")
    assert "studio.gear_tool and mine.gear_tool" in problem.message


def test_a_renamed_folder_is_found_and_renamed_back(checked: Context) -> None:
    folder = install(checked)
    folder.rename(folder.with_name("my copy's"))
    problem = one(extensions.find_ignored_folders(checked), "doctor.renamed")
    hint_runs(problem)
    assert [*extensions.find_ignored_folders(checked)] == []
    shutil.copytree(folder, folder.with_name("gear_tool_old"))
    hint_runs(one(extensions.find_ignored_folders(checked), "doctor.renamed", "taken"))
    assert [item.id for item in checked.installed] == ["gear_tool"]


def test_a_folder_in_a_local_repository_may_have_any_identifier(checked: Context) -> None:
    folder = install(checked, LOCAL)
    folder.rename(folder.with_name("mine_too"))
    assert [*extensions.find_ignored_folders(checked)] == []


@pytest.mark.parametrize(("repository", "variant"), [(STUDIO, ""), (LOCAL, "local")])
def test_a_broken_manifest_is_found(checked: Context, repository: Repository, variant: str) -> None:
    folder = install(checked, repository)
    (folder / "blender_manifest.toml").write_text("id = ")
    problem = one(extensions.find_ignored_folders(checked), "doctor.manifest", variant)
    assert f"{repository.name}.gear_tool cannot be loaded" in problem.message
    (folder / "blender_manifest.toml").unlink()
    assert one(extensions.find_ignored_folders(checked), "doctor.manifest", variant).hint


def test_extensions_outside_their_range_are_found_in_the_other_blender(checked: Context) -> None:
    install(checked, blender_version_max="5.0.0")
    checked.target = checked.target._replace(blender=(5, 3, 0))
    problem = one(extensions.find_unfit_extensions(checked), "doctor.unfit")
    assert "it is for Blender older than 5.0.0" in problem.message
    assert [*extensions.find_other_wheels(checked)] == []


def test_wheels_of_another_python_are_told_from_another_range(checked: Context) -> None:
    folder = install(checked)
    manifest = folder / "blender_manifest.toml"
    line = 'wheels = ["./wheels/nut-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"]\n'
    manifest.write_text(manifest.read_text() + line)
    assert [*extensions.find_other_wheels(checked)] == []
    newer = Context(checked.target._replace(blender=(5, 3, 0)), checked.store)
    problem = one(extensions.find_other_wheels(newer), "doctor.wheel-python")
    assert "are for Python 3.11, Blender 5.3 has Python 3.13" in problem.message
    assert [*extensions.find_unfit_extensions(newer)] == []


def test_a_package_that_the_store_has_lost_or_damaged_is_found(checked: Context) -> None:
    install(checked)
    [path] = checked.store.folder.rglob("*.zip")
    path.write_bytes(b"cut")
    problem = one(extensions.find_missing_packages(checked), "doctor.package-missing", "damaged")
    hint_runs(problem)
    assert one(extensions.find_missing_packages(checked), "doctor.package-missing").hint
