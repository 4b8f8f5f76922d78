"""Listings: `server-check` refuses what a Blender refuses, and Blenders accept what `mirror` writes and show the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from extery.blenders.releases import RELEASES
from extery.core.compatibility import System
from extery.core.errors import ExteryError, ProblemList
from extery.core.types import TYPES_BY_NAME
from extery.core.versions import parse_blender_version
from extery.listing.audience import audience_of
from extery.listing.complete import COMPLETE_LISTING, LAST_TO_REFUSE_TYPES, is_known_type
from extery.listing.entries import parse_listing
from extery.repository.check_listing import check_listing
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.plan import Plan, plan_mirror
from tests.blender.oracle import Synced, synced
from tests.differential.runs import Comparison, Disagreement
from tests.fuzz.listing import SEEDS, TOKENS
from tests.fuzz.mutate import mutated, mutated_json

_ADDRESS = "https://example.org/r/index.json"
_COMPLETE = f"https://example.org/r/{COMPLETE_LISTING}"
_SEEDS = tuple(seed for seed in SEEDS if len(seed) < 40_000)
_PLATFORM = "linux-x64"
_REFUSING = [v for v in RELEASES if parse_blender_version(v) <= LAST_TO_REFUSE_TYPES]


def inputs(seed: int) -> Iterator[bytes]:
    """Yield mutated listings without end; each depends on the seed and its number."""
    number = 0
    while True:
        source = random.Random(f"{seed}/{number}")
        if source.random() < 0.8:
            yield mutated_json(source, _SEEDS, most=3)
        else:
            yield mutated(source, _SEEDS, TOKENS, most=3)
        number += 1


def compare(listings: Sequence[bytes], versions: Sequence[str]) -> Iterator[Disagreement]:
    """Compare `server-check` with the sync of each listing, then sync what `mirror` writes."""
    listings = [b"{}" if _is_too_deep(data) else data for data in listings]
    answers = {version: synced(version, listings, platform=_PLATFORM) for version in versions}
    for version in versions:
        for number, data in enumerate(listings):
            if text := _check(data, version, answers[version][number]):
                yield Disagreement(number, version, text)
    for number, data in enumerate(listings):
        # Only what each Blender accepts is free of errors.
        refusing = [version for version in versions if answers[version][number].error]
        errors = _errors(data, _ADDRESS)
        if errors and not refusing:
            yield Disagreement(number, versions[-1], f"all accept, server-check: {errors}")
    plans = [_mirrored(data) for data in listings]
    for version in versions:
        yield from _compare_mirrors(plans, version)


def _is_too_deep(data: bytes) -> bool:
    """Return whether values are nested more deeply than Extery reads; Blender reads any depth that Python does."""
    problems = ProblemList()
    check_listing(data, problems)
    return any(problem.code == "listing.too-deep" for problem in problems)


def _errors(data: bytes, address: str) -> list[str]:
    problems = ProblemList()
    check_listing(data, problems, address=address)
    return [str(problem) for problem in problems.errors]


def _check(data: bytes, version: str, answer: Synced) -> str:
    """Return what differs: a Blender refuses, or shows less than expected, and `server-check` reports no error."""
    for address in (_ADDRESS, _COMPLETE):
        if address == _COMPLETE and version != max(RELEASES):
            continue
        problems = ProblemList()
        check_listing(data, problems, address=address)
        # A warning, as the repository serves newer Blenders; it names the Blenders that refuse.
        is_named = version in _REFUSING and any(
            problem.code == "server.type-not-for-all" for problem in problems
        )
        if answer.error and not (problems.errors or is_named):
            return f"server-check of {address}: no error, Blender: {answer.error}"
        # A type that is no text is none of a future Blender either, though Blender 5.1 and newer ignore it.
        is_no_type = any(problem.code == "manifest.type.wrong-type" for problem in problems)
        if address == _COMPLETE and problems.errors and not (answer.error or is_no_type):
            return f"server-check of {address}: {list(problems.errors)}, Blender accepts"
        if answer.reports and not problems:
            return f"server-check of {address}: no problem, Blender prints {answer.reports}"
    if answer.error or answer.reports:  # a value that Blender ignores is a warning of server-check
        return ""
    try:
        expected = _shown(data, version)
    except ExteryError as error:
        return f"Blender accepts, we refuse: {error}"
    return "" if answer.shown == expected else f"Blender shows {answer.shown}, we {expected}"


def _shown(data: bytes, version: str) -> list[str]:
    blender = parse_blender_version(version)
    listing = parse_listing(
        data,
        ignores_type=lambda type_: (
            not is_known_type(type_) or TYPES_BY_NAME[str(type_)].first_blender > blender
        ),
    )
    system = _system(version)
    return sorted({item["id"] for item in listing.data if audience_of(item).fits(system)})


def _system(version: str) -> System:
    release = RELEASES[version]
    return System(parse_blender_version(release.version), _PLATFORM, release.python)


def _mirrored(data: bytes) -> Plan | None:
    try:
        listing = parse_listing(data, ignores_type=lambda type_: not is_known_type(type_))
        return plan_mirror(
            _ADDRESS,
            [listing],
            filters=Filters(),
            is_present=lambda _name, _file: True,
            problems=ProblemList(),
        )
    except ExteryError:
        return None


def _compare_mirrors(plans: Sequence[Plan | None], version: str) -> Iterator[Disagreement]:
    """Every Blender accepts the listing of a mirror, and shows an extension if it fits."""
    written = [(n, plan, plan.listing(), "mirror") for n, plan in enumerate(plans) if plan]
    if version == max(RELEASES):
        written += [
            (n, plan, plan.complete_listing(), "complete listing of the mirror")
            for n, plan in enumerate(plans)
            if plan and plan.complete
        ]
    answers = synced(version, [data for _, _, data, _ in written], platform=_PLATFORM)
    for (number, plan, data, name), answer in zip(written, answers, strict=True):
        if answer.error or answer.reports:
            yield Disagreement(number, version, f"{name}: {answer.error} {answer.reports}")
        elif answer.shown != (expected := _shown(data, version)):
            text = f"{name}: Blender shows {answer.shown}, we {expected} of {len(plan.entries)}"
            yield Disagreement(number, version, text)


COMPARISON = Comparison("listings", ".json", inputs, compare, batch=200)
