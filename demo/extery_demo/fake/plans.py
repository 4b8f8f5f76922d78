"""What each extension of the fake data is: a value that follows from the seed and its number only.

Times are in days before the time at which the site is filled, so the packages do not depend on the date.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal, get_args

from extery.core.types import ADD_ON, ASSET_LIBRARY, THEME
from extery_demo.fake import texts
from extery_demo.fake.words import (
    FIELDS,
    FORMATS,
    LIBRARY_LICENSES,
    LICENSES,
    MODIFIERS,
    PERMISSIONS,
)

State = Literal[
    "public",
    "in_review",
    "changes_requested",
    "on_hold",
    "cooling_down",
    "declined",
    "draft",
    "withdrawn",
    "first_approved",
    "claimed",
    "blocked",
    "version_blocked",
    "unpublished",
    "unlisted",
    "deprecated",
    "reported",
    "resolved",
    "dismissed",
]
#: The states besides ``public``: the first extensions have one each, later ones every tenth in turn.
STATES: tuple[State, ...] = get_args(State)[1:]
#: States of which the newest version is not public.
UNPUBLISHED: frozenset[State] = frozenset(STATES[:9])
_PLATFORMS = ("linux-x64", "macos-arm64", "windows-x64")
#: Blender that a version is for, with the days since its release.
_SERIES = ((4, 2, 860), (4, 5, 500), (5, 0, 380), (5, 1, 260), (5, 2, 140), (5, 3, 20))
#: Extensions before those with a state each.
_PUBLIC_FIRST = 3
#: Days of the oldest upload.
_OLDEST = 850


@dataclass(frozen=True)
class FakeVersion:
    """A version: its number, when it was uploaded and decided about, and what its packages contain."""

    number: str
    uploaded: float
    decided: float
    low: str
    high: str
    notes: str
    #: Empty for one package for all platforms.
    platforms: tuple[str, ...]
    has_wheels: bool


@dataclass(frozen=True)
class FakeExtension:
    """An extension with its versions, oldest first. People are numbers (`extery_demo.fake.people`)."""

    number: int
    state: State
    type: str
    id: str
    name: str
    tagline: str
    description: str
    website: str
    support_url: str
    tags: tuple[str, ...]
    licenses: tuple[str, ...]
    permissions: tuple[tuple[str, str], ...]
    owner: int
    category: str
    label: str
    """The label of its operator."""
    shortcut: tuple[str, ...]
    """Modifiers and a key, or nothing."""
    format: str
    """A file format that it imports, or nothing."""
    palette: int
    image: int
    downloads: int
    quality: float
    """From 0 to 1: how well people rate it."""
    ratings: int
    versions: tuple[FakeVersion, ...]

    @property
    def is_add_on(self) -> bool:
        """Whether its packages have code."""
        return self.type == ADD_ON.name

    @property
    def is_waiting(self) -> bool:
        """Whether its newest version is not public."""
        return self.state in UNPUBLISHED


def random_of(seed: int, *names: object) -> random.Random:
    """Return the random numbers of something that has these names."""
    return random.Random("/".join(map(str, (seed, *names))))  # noqa: S311  not for secrets


def plan_extension(seed: int, number: int, *, versions: float = 2.2) -> FakeExtension:
    """Return the extension with a number; it has ``versions`` versions on average."""
    rng = random_of(seed, "extension", number)
    type_ = ASSET_LIBRARY if number % 19 == 11 else THEME if number % 7 == 4 else ADD_ON
    name = texts.name_of(seed, number, type_.name)
    id_ = name.lower().replace(" ", "_")
    field = rng.choice(FIELDS)
    does = texts.do(field, rng)
    label = " ".join(does.split()[:3]).title()
    tagline, extra = _tagline(type_.name, does), ""
    if rng.random() < 0.08:
        name, tagline, extra = texts.localized(rng)
    popularity = rng.paretovariate(0.55) * (3 if number % 7 else 1)
    return FakeExtension(
        number=number,
        state=state_of(number),
        type=type_.name,
        id=id_,
        name=name,
        tagline=tagline[:64],
        description=texts.description(name, label, _purpose(type_.name, does), rng, extra=extra),
        website=f"https://example.org/{id_}" if rng.random() < 0.4 else "",
        support_url=f"https://example.org/{id_}/issues" if rng.random() < 0.3 else "",
        tags=_tags(type_.tags, field.tag if type_ is ADD_ON else "", rng),
        licenses=(rng.choice(LIBRARY_LICENSES if type_ is ASSET_LIBRARY else LICENSES),),
        permissions=_permissions(field.tag, rng) if type_ is ADD_ON else (),
        owner=_owner(number, rng),
        category=field.category,
        label=label,
        shortcut=_shortcut(rng) if type_ is ADD_ON else (),
        format=rng.choice(FORMATS) if type_ is ADD_ON and field.tag == "Import-Export" else "",
        palette=rng.randrange(1000),
        image=rng.randrange(1000),
        downloads=min(4_000_000, int(40 * popularity)),
        quality=rng.betavariate(4, 1.6),
        ratings=min(60, int(popularity * rng.uniform(0, 1.2))) if rng.random() < 0.6 else 0,
        versions=_versions(number, type_.name, versions, rng),
    )


def state_of(number: int) -> State:
    """Return the state of an extension: of the first twenty most have another one, of later ones each tenth has one."""
    if number < _PUBLIC_FIRST + len(STATES):
        return STATES[number - _PUBLIC_FIRST] if number >= _PUBLIC_FIRST else "public"
    return STATES[number // 10 % len(STATES)] if number % 10 == 7 else "public"


def _tagline(type_: str, does: str) -> str:
    if type_ == THEME.name:
        return "Calm colours for people who " + does.split(" ")[0] + " all day"
    if type_ == ASSET_LIBRARY.name:
        return "Ready to use, with real sizes and few polygons"
    return does[0].upper() + does[1:]


def _purpose(type_: str, does: str) -> str:
    if type_ == THEME.name:
        return "read small text for hours"
    return "furnish a scene" if type_ == ASSET_LIBRARY.name else does


def _tags(tags: tuple[str, ...], first: str, rng: random.Random) -> tuple[str, ...]:
    chosen = [first] if first else []
    others = [tag for tag in tags if tag not in (first, "All")]
    return (*chosen, *rng.sample(others, rng.randint(0 if first else 1, 2)))


def _permissions(tag: str, rng: random.Random) -> tuple[tuple[str, str], ...]:
    chance = {"files": 0.25, "network": 0.12, "clipboard": 0.05, "camera": 0.01, "microphone": 0.01}
    if tag in ("Import-Export", "Pipeline", "Render"):
        chance["files"] = 0.95
    return tuple(
        (name, rng.choice(reasons))
        for name, reasons in PERMISSIONS.items()
        if rng.random() < chance[name]
    )


def _owner(number: int, rng: random.Random) -> int:
    """Return who owns it: few people own many, and most own one."""
    return int((6 + number // 2) * rng.random() ** 1.8)


def _shortcut(rng: random.Random) -> tuple[str, ...]:
    if rng.random() < 0.6:
        return ()
    return (*rng.sample(MODIFIERS, rng.randint(1, 2)), rng.choice("ABDEFGHJKLQRTUWXYZ"))


def _versions(
    number: int, type_: str, average: float, rng: random.Random
) -> tuple[FakeVersion, ...]:
    state = state_of(number)
    count = 1 if average <= 1 else max(1, round(rng.triangular(1, 2 * average - 1)))
    if state in UNPUBLISHED and number % 4 != 3:
        count = max(2, count)
    newest_library = type_ == ASSET_LIBRARY.name
    oldest = 18.0 if newest_library else _OLDEST * rng.random() ** 1.4 + 3
    newest = rng.uniform(0.2, 6) if state in UNPUBLISHED else oldest * rng.random() ** 2 * 0.8 + 0.8
    newest = min(newest, oldest)
    platforms = _PLATFORMS if type_ == ADD_ON.name and number % 12 == 5 else ()
    versions, major, minor, patch = [], 0 if rng.random() < 0.2 else 1, 0, 0
    for place in range(count):
        share = place / (count - 1) if count > 1 else 1.0
        uploaded = oldest + (newest - oldest) * share
        low, high = _range(type_, uploaded, rng, is_newest=place == count - 1)
        versions.append(
            FakeVersion(
                number=f"{major}.{minor}.{patch}",
                uploaded=round(uploaded, 4),
                decided=round(
                    uploaded * rng.uniform(0.55, 0.95)
                    if uploaded < 3
                    else uploaded - rng.uniform(0.3, 2),
                    4,
                ),
                low=low,
                high=high,
                notes=texts.notes(rng) if place else "",
                platforms=platforms,
                has_wheels=bool(platforms) or (type_ == ADD_ON.name and number % 15 == 8),
            )
        )
        step = rng.random()
        major, minor, patch = (
            (major + 1, 0, 0)
            if step < 0.12
            else (major, minor + 1, 0)
            if step < 0.6
            else (major, minor, patch + 1)
        )
    return tuple(versions)


def _range(type_: str, uploaded: float, rng: random.Random, *, is_newest: bool) -> tuple[str, str]:
    """Return minimum and maximum Blender; older versions end where the newest Blender of their time ended."""
    if type_ == ASSET_LIBRARY.name:
        return "5.3.0", ""
    known = [f"{major}.{minor}.0" for major, minor, days in _SERIES if days >= uploaded] or [
        "4.2.0"
    ]
    low = known[0] if rng.random() < 0.6 else rng.choice(known)
    is_bounded = rng.random() < (0.12 if is_newest else 0.35)
    later = [
        f"{major}.{minor}.0" for major, minor, _ in _SERIES if f"{major}.{minor}.0" > known[-1]
    ]
    return low, later[0] if is_bounded and later else ""
