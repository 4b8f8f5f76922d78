"""Names of repositories are made as Blender makes the names of their modules (observed with 4.2 to 5.3)."""

from __future__ import annotations

import pytest

from extery.client.layout import is_repository_name
from extery.client.repository_names import free_name, module_name, title_of


@pytest.mark.parametrize(
    ("url", "title", "name"),
    [
        ("https://www.example.org/index.json", "example.org", "example_org"),
        ("https://e.example.org:8000/api/v1/extensions/", "e.example.org", "e_example_org"),
        ("http://localhost:8001/", "localhost", "localhost"),
        ("https://3d.example.org/x", "3d.example.org", "d_example_org"),
        ("file:///srv/my%20tools/repo/index.json", "/srv/my tools/repo", "srv_mytools_repo"),
        ("file:///srv/repo", "/srv/repo", "srv_repo"),
    ],
)
def test_a_repository_is_named_after_its_host_or_path(url: str, title: str, name: str) -> None:
    assert title_of(url) == title
    assert module_name(title) == name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Studio Tools", "StudioTools"),
        ("Ünï cödé", "ncd"),
        ("3D-Tools!", "DTools"),
        ("class", "class"),
        ("日本語", "repository"),
        ("", "repository"),
        ("__x__", "x"),
        ("a" * 80, "a" * 47),
    ],
)
def test_letters_that_a_module_cannot_have_are_left_out(title: str, name: str) -> None:
    assert module_name(title) == name
    assert is_repository_name(name)


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("Studio", []) == "Studio"
    assert free_name("Studio", ["studio"]) == "Studio_001"
    assert free_name("Studio", ["studio", "STUDIO_001"]) == "Studio_002"
    long = free_name("a" * 80, ["a" * 47])
    assert (len(long), long[-4:]) == (47, "_001")
