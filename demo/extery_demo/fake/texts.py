"""Names, taglines, descriptions and what people write, combined from `words`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import gcd

from extery_demo.fake.words import (
    EMOJI,
    FAMILY,
    FIRST,
    GIVEN,
    LANGUAGES,
    LIBRARY_SECOND,
    OTHER_SCRIPTS,
    SECOND,
    THEME_SECOND,
    Field,
)

_INTRODUCTIONS = (
    "I needed to {do} on every job, and did it by hand for years.",
    "{name} helps to {do}.",
    "Made for people who {do} all day.",
    "A small tool with one job: to {do}.",
    "When a deadline is close, nobody wants to {do} twice.",
)
_FEATURES = (
    "Works on everything that is selected",
    "Shows a preview before anything changes",
    "One undo step, whatever the number of objects",
    "Remembers the last settings for each scene",
    "Has a pie menu and a shortcut",
    "Leaves linked data alone",
    "Writes what it did into the info editor",
    "Runs without a window too, for farms",
    "Follows the units of the scene",
    "Presets can be shared as files",
)
_STEPS = (
    "Select what you want to change.",
    "Open the sidebar with `N` and choose the tab **{name}**.",
    "Press **{label}**, and adjust it in the panel of the last operation.",
    "Store the settings as a preset if you like them.",
)
_LIMITS = (
    "Meshes with more than two million faces take a while.",
    "Shape keys are left as they are.",
    "Objects of linked libraries are skipped.",
    "Negative scales have to be applied first.",
    "It was made for metric scenes; inches work, but labels are rounded.",
)
_NOTES = (
    "Faster on large scenes.",
    "Fixes an error with hidden collections.",
    "The panel remembers whether it was open.",
    "Works with the newest Blender again.",
    "Two presets more, one shortcut less.",
    "Clearer messages when nothing is selected.",
    "Rewrote the preview: it no longer flickers.",
)
_PRAISE = (
    "Saves me an hour every week.",
    "Does what it says. No more, no less.",
    "Finally! I had a script for this that broke with every release.",
    "The preview makes it safe to use on production files.",
    "Small, quick, well explained. 👍",
    "素晴らしいアドオンです。ありがとうございます。",
    "Очень удобно, спасибо автору.",
    "Wir benutzen es im Unterricht, und niemand hat je gefragt, wie es geht.",
)
_MIXED = (
    "Good idea, but the panel is hard to find.",
    "Works for small scenes. With a city it takes a minute.",
    "The shortcut collides with another add-on that I use.",
    "Needs a few more presets, otherwise fine.",
    "很有用,但是希望支持中文界面。",
)
_COMPLAINTS = (
    "Stops with an error as soon as a hidden object is selected.",
    "It renamed things that I had not selected. Be careful.",
    "Did not work in my Blender.",
    "لا يعمل مع الإصدار الجديد.",
)
_REPLIES = (
    "Thank you! That is on my list for the next version.",
    "Could you send me the file? I cannot make it happen here.",
    "Fixed in the newest version.",
    "You can change the shortcut in the preferences.",
    "Thanks for the kind words.",
)
#: A number without a common factor with the number of names: each number then has its own.
_STRIDE = 7919


def name_of(seed: int, number: int, type_: str) -> str:
    """Return a name that no other number of the type has with the same seed."""
    second = {"theme": THEME_SECOND, "asset-library": LIBRARY_SECOND}.get(type_, SECOND)
    names = len(FIRST) * len(second)
    stride = _STRIDE
    while gcd(stride, names) != 1:
        stride += 2
    turn, place = divmod(number, names)
    place = (place * stride + seed * 31) % names
    name = f"{FIRST[place // len(second)]} {second[place % len(second)]}"
    return f"{name} {turn + 1}" if turn else name


def person_name(rng: random.Random) -> str:
    """Return the name of a person, sometimes in another script, or empty."""
    chance = rng.random()
    if chance < 0.06:
        return rng.choice(OTHER_SCRIPTS)
    if chance < 0.14:
        return ""
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"


def do(field: Field, rng: random.Random) -> str:
    """Return what an add-on does, such as ``weld loose faces before printing``."""
    way = f" {rng.choice(field.ways)}" if rng.random() < 0.7 else ""
    return f"{rng.choice(field.verbs).lower()} {rng.choice(field.things)}{way}"


def localized(rng: random.Random) -> tuple[str, str, str]:
    """Return name, tagline and a paragraph in another language than English."""
    names, taglines, sentences = LANGUAGES[rng.choice(sorted(LANGUAGES))]
    return rng.choice(names), rng.choice(taglines), " ".join(sentences)


def description(name: str, label: str, does: str, rng: random.Random, *, extra: str = "") -> str:
    """Return a description in Markdown: from one sentence to a page."""
    first = rng.choice(_INTRODUCTIONS).format(name=name, do=does)
    if rng.random() < 0.15:
        return "\n\n".join(filter(None, [extra, first]))
    parts = [extra, first, _list(rng.sample(_FEATURES, rng.randint(2, 6)))]
    if rng.random() < 0.6:
        steps = [step.format(name=name, label=label) for step in _STEPS[: rng.randint(2, 4)]]
        parts += [
            "## How to use it",
            "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1)),
        ]
    if rng.random() < 0.5:
        parts += ["## Limits", " ".join(rng.sample(_LIMITS, rng.randint(1, 3)))]
    if rng.random() < 0.1:
        parts.append("Thank you for trying it " + rng.choice(EMOJI))
    return "\n\n".join(filter(None, parts))


def notes(rng: random.Random) -> str:
    """Return release notes; many versions have none."""
    if rng.random() < 0.2:
        return ""
    return _list(rng.sample(_NOTES, rng.randint(1, 3)))


def review(stars: int, rng: random.Random) -> str:
    """Return the text of a rating; many have none."""
    if rng.random() < 0.45:
        return ""
    texts: Sequence[str] = _PRAISE if stars >= 4 else _MIXED if stars == 3 else _COMPLAINTS
    return " ".join(rng.sample(texts, 2 if rng.random() < 0.2 else 1))


def reply(rng: random.Random) -> str:
    """Return the answer of an author."""
    return rng.choice(_REPLIES)


def about(rng: random.Random) -> str:
    """Return what a user says about themselves, mostly nothing."""
    if rng.random() < 0.6:
        return ""
    return rng.choice(
        (
            "Technical artist. I write what I miss.",
            "Animator by day, **tool maker** by night.",
            "Teaches modelling at a school for architects.",
            "Student. Feedback is welcome in any language.",
            "フリーランスの3Dアーティストです。",
        )
    )


def _list(items: Sequence[str]) -> str:
    return "\n".join(f"- {item.rstrip('.')}" for item in items)
