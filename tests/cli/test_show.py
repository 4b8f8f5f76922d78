"""Problems in a terminal."""

from __future__ import annotations

from extery.cli.show import in_order
from extery.core.errors import Problem, Where


def test_problems_are_shown_from_the_top_of_each_file_to_its_end() -> None:
    places = [
        Where("b.toml", ("tagline",), 5, 11),
        Where("b.toml", ("version",), 3, 11),
        Where("a.zip"),
        Where("b.toml", ("id",), 3, 2),
        Where("b.toml"),
    ]

    shown = in_order(Problem("listing.data", "", where=where) for where in places)

    assert [str(problem.where) for problem in shown] == [
        "b.toml", "b.toml:3:2", "b.toml:3:11", "b.toml:5:11", "a.zip"
    ]  # fmt: skip
