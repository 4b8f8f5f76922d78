"""A property that is computed once, without a lock."""

from __future__ import annotations

from threading import Barrier, Thread

from extery.core.cached_property import cached_property


class Sample:
    def __init__(self) -> None:
        self.calls = 0

    @cached_property
    def total(self) -> int:
        """The sum."""
        self.calls += 1
        return 6


def test_the_value_is_computed_once_for_each_instance() -> None:
    first, second = Sample(), Sample()
    assert (first.total, first.total, second.total) == (6, 6, 6)
    assert (first.calls, second.calls) == (1, 1)


def test_the_value_can_be_set_and_deleted() -> None:
    sample = Sample()
    sample.total = 7
    assert sample.total == 7
    del sample.total
    assert (sample.total, sample.calls) == (6, 1)


def test_the_property_of_the_class_keeps_its_documentation() -> None:
    assert isinstance(Sample.total, cached_property)
    assert Sample.total.__doc__ == "The sum."


def test_two_instances_are_computed_at_the_same_time() -> None:
    barrier = Barrier(2, timeout=20)

    class Meeting:
        @cached_property
        def value(self) -> int:
            barrier.wait()  # breaks if the other thread waits for a lock
            return 1

    items = [Meeting(), Meeting()]
    threads = [Thread(target=lambda item=item: item.value) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not barrier.broken
    assert [item.__dict__["value"] for item in items] == [1, 1]
