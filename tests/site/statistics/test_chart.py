"""The geometry of charts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from extery_site.statistics.chart import line, stacked

DAYS = [date(2026, 1, 1) + timedelta(days=at) for at in range(3)]


def test_layers_lie_on_each_other_and_the_axis_ends_above_them() -> None:
    numbers = {(DAYS[0], "a"): 4, (DAYS[1], "a"): 2, (DAYS[1], "b"): 5, (date(2025, 1, 1), "a"): 0}
    chart = stacked(numbers, DAYS, order=str, label=str.upper, marks=[(DAYS[1], "1.0.0")])
    assert [layer.path for layer in chart.layers] == [
        "M0 50L50 75L100 100L100 100L50 100L0 100Z",
        "M0 50L50 12.5L100 100L100 100L50 75L0 50Z",
    ]
    assert chart.ticks == (8, 6, 4, 2, 0)
    assert [(layer.label, layer.total) for layer in chart.names] == [("B", 5), ("A", 6)]
    assert chart.rows[1] == (DAYS[1], [5, 2], 7)
    assert [(mark.x, mark.label) for mark in chart.marks] == [(50, "1.0.0")]


def test_small_groups_are_one_layer_at_the_bottom() -> None:
    numbers = {(DAYS[0], f"1.{at}.0"): at + 1 for at in range(9)}
    chart = stacked(numbers, DAYS, order=str, label=str)
    assert [(layer.label, layer.total) for layer in chart.layers] == [
        *(("Others", 15), ("1.5.0", 6), ("1.6.0", 7), ("1.7.0", 8), ("1.8.0", 9))
    ]
    assert chart.total == 45


def test_charts_without_downloads_are_empty() -> None:
    chart = stacked({}, DAYS, order=str, label=str)
    assert (chart.total, chart.layers, chart.names, chart.ticks[0]) == (0, (), [], 4)
    assert line([]) == ""


@pytest.mark.parametrize(
    ("number", "top"), [(1, 4), (5, 8), (33, 40), (121, 160), (2**62, 8 * 10**18)]
)
def test_the_axis_ends_at_a_round_number(number: int, top: int) -> None:
    chart = stacked({(DAYS[0], "a"): number}, DAYS, order=str, label=str)
    assert chart.ticks[0] == top
