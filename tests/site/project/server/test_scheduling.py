"""Which waiting request is processed next."""

from __future__ import annotations

import pytest

from extery_site.project.http_server.scheduling import Job, Lane, Scheduler


class Connection:
    def service(self) -> None:
        """Not called."""

    def cancel(self) -> None:
        """Not called."""


def job(address: str = "192.0.2.1", lane: Lane = Lane.PAGES) -> Job:
    return Job(lane, address, Connection())


def take_all(scheduler: Scheduler) -> list[Job]:
    """Take what may run at the same time."""
    taken = []
    while one := scheduler.take():
        taken.append(one)
    return taken


@pytest.mark.parametrize("threads", [5, 8, 32, 100])
def test_all_lanes_together_have_a_thread_for_each_running_request(threads: int) -> None:
    limits = Scheduler(threads).limits
    assert sum(limits.values()) <= threads
    assert min(limits.values()) >= 1


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_with_few_threads_each_lane_still_gets_one(threads: int) -> None:
    assert set(Scheduler(threads).limits.values()) == {1}


@pytest.mark.parametrize("lane", [Lane.FILES, Lane.PAGES, Lane.CHANGES, Lane.PIPELINED])
def test_a_listing_starts_however_many_other_requests_run_and_wait(lane: Lane) -> None:
    scheduler = Scheduler(8)
    for number in range(500):
        scheduler.add(job(f"192.0.2.{number}", lane))
    take_all(scheduler)
    listing = job(lane=Lane.LISTING)
    scheduler.add(listing)
    assert scheduler.take() is listing


def test_a_page_starts_while_listings_wait() -> None:
    scheduler = Scheduler(8)
    for number in range(500):
        scheduler.add(job(f"192.0.2.{number}", Lane.LISTING))
    take_all(scheduler)
    page = job()
    scheduler.add(page)
    assert scheduler.take() is page


def test_addresses_take_turns() -> None:
    scheduler = Scheduler(4)
    many = [job("192.0.2.1") for _ in range(100)]
    for one in many:
        scheduler.add(one)
    for _ in range(2):
        scheduler.finish(scheduler.take() or many[0])
    others = [job("192.0.2.2"), job("192.0.2.3")]
    for one in others:
        scheduler.add(one)
    order = []
    while one := scheduler.take():
        order.append(one)
        scheduler.finish(one)
    assert set(order[:3]) == {many[2], *others}
    assert order[3:] == many[3:]


def test_an_address_that_comes_later_does_not_wait_for_the_turns_of_the_past() -> None:
    scheduler = Scheduler(4)
    early, late = [job("192.0.2.1") for _ in range(3)], [job("192.0.2.2") for _ in range(3)]
    for one in early:
        scheduler.add(one)
        assert scheduler.take() is one
        scheduler.finish(one)
    for pair in zip(late, early, strict=True):
        for one in pair:
            scheduler.add(one)
    order = []
    while one := scheduler.take():
        order.append(one)
        scheduler.finish(one)
    assert order == [one for pair in zip(late, early, strict=True) for one in pair]


def test_one_address_cannot_occupy_all_threads_of_a_lane() -> None:
    scheduler = Scheduler(32)
    for _ in range(100):
        scheduler.add(job("192.0.2.1"))
    assert len(take_all(scheduler)) == scheduler.limits[Lane.PAGES] // 2
    other = job("192.0.2.2")
    scheduler.add(other)
    assert scheduler.take() is other


def test_a_finished_request_makes_room_for_the_next() -> None:
    scheduler = Scheduler(8)
    jobs = [job() for _ in range(10)]
    for one in jobs:
        scheduler.add(one)
    running, done = take_all(scheduler), []
    while running:
        done.append(running.pop(0))
        scheduler.finish(done[-1])
        running += take_all(scheduler)
    assert done == jobs


def test_a_waiting_request_can_be_removed_and_a_running_one_cannot() -> None:
    scheduler = Scheduler(1)
    first, second, third = job(), job(), job()
    for one in (first, second, third):
        scheduler.add(one)
    assert scheduler.take() is first
    assert not scheduler.remove(first)
    assert scheduler.remove(second)
    assert not scheduler.remove(second)
    assert scheduler.waiting == [third]
    scheduler.finish(first)
    assert scheduler.take() is third
    assert not scheduler.waiting
