"""Self-updaters are recognized by their content, not by their name."""

from __future__ import annotations

from extery.author.convert.known_updaters import find_updaters

ENGINE = b"class SingletonUpdater:\n    use_releases = True\n"
OLD_ENGINE = b"class Singleton_updater(object):\n    pass\nclass GithubEngine(object):\n    pass\n"
OPERATORS = (
    b"from .addon_updater import Updater as updater\n# updater_check_now, updater_update_now\n"
)


def test_the_modules_of_an_updater_are_found_under_any_name() -> None:
    sources = {"a.py": ENGINE, "b/c.py": OLD_ENGINE, "d.py": OPERATORS, "e.py": b"import bpy\n"}
    assert find_updaters(sources) == {"a.py", "b/c.py", "d.py"}


def test_an_add_on_that_is_one_module_is_no_updater() -> None:
    assert find_updaters({"__init__.py": ENGINE + OPERATORS}) == set()
