"""The libraries in wheels have licences that can be combined with the GPL 3.0 or later."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.license_compatibility import Assessment, assess
from extery.core.licenses import canonical_expression
from extery.package import Archive, open_archive
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_MAX_METADATA = 1 << 20
_CLASSIFIER = "License :: "
_CLOSED = (
    "License :: Other/Proprietary License",
    "License :: Free For Home Use",
    "License :: Free for non-commercial use",
)
#: Classifiers that say less than a licence, or name several versions of it.
_VAGUE = frozenset(
    {"OSI Approved", "DFSG approved", "GNU General Public License (GPL)", "BSD License"}
)
#: What old tools write for a licence that is not stated.
_NOTHING = frozenset({"", "UNKNOWN", "NONE"})
_PROPRIETARY = "it is not a free licence"
#: Words of an own licence text that make it one.
_CLOSED_WORDS = (
    "proprietary",
    "all rights reserved, no",
    "end user license agreement",
    "end-user license agreement",
)


class _Stated(NamedTuple):
    """What a wheel states: its expression, the texts that are none, and whether it states anything at all."""

    assessment: Assessment
    says_something: bool = True


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for each library, whatever the number of its wheels."""
    if context.open_file is None:
        return
    present = set(context.names)
    seen: set[str] = set()
    for index, wheel in context.wheels():
        name = posixpath.normpath(wheel.lstrip("/"))
        library = name.rpartition("/")[2].partition("-")[0].lower()
        if name not in present or library in seen:
            continue
        seen.add(library)
        context.checkpoint()
        try:
            with context.open_file(name) as file, open_archive(file, name=name) as archive:
                stated = _stated_license(archive)
        except InvalidPackage:  # `extery.rules.wheels.contents` reports it
            continue
        where = context.locate(("wheels", index))
        if not stated.says_something:
            problems.add("license.wheel-unknown", where=where, library=library)
        elif stated.assessment.verdict == "incompatible":
            problems.add(
                "license.wheel-incompatible",
                where=where,
                library=library,
                license=stated.assessment.licenses[0],
                reason=stated.assessment.reason,
            )


RULE = Rule(
    "licenses.wheels",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("license.wheel-incompatible", "license.wheel-unknown"),
    severity="warning",
    guideline="terms-license",
)


def _stated_license(wheel: Archive) -> _Stated:
    """Return the licence that the metadata of a wheel states: as an expression, a text, or classifiers."""
    from packaging.metadata import (
        parse_email,  # wheels are rare, and it imports the parser of e-mails
    )

    folder = next(
        (n.partition("/")[0] for n in wheel.by_name if n.endswith(".dist-info/METADATA")), ""
    )
    if not folder:
        return _Stated(Assessment("unknown"))  # a problem of its own
    data = wheel.read(wheel.by_name[f"{folder}/METADATA"], limit=_MAX_METADATA)
    raw, _ = parse_email(data)
    if expression := canonical_expression(raw.get("license_expression", "")):
        return _Stated(assess(expression))
    classifiers = [text for text in raw.get("classifiers", []) if text.startswith(_CLASSIFIER)]
    assessments = [
        *_of_text(raw.get("license", "")),
        *(assessment for text in classifiers for assessment in _of_classifier(text)),
    ]
    if not assessments:
        text = raw.get("license", "").strip()
        has_file = any(_is_license(name, folder) for name in wheel.by_name)
        says = has_file or bool(classifiers) or text.upper() not in _NOTHING
        return _Stated(Assessment("unknown"), says_something=says)
    # Several may be alternatives or parts: only if all are incompatible is it certain.
    order = ("compatible", "unknown", "incompatible")
    return _Stated(min(assessments, key=lambda item: order.index(item.verdict)))


def _of_text(text: str) -> list[Assessment]:
    """Return the assessment of the free text of a licence: a name, an expression, or its whole text."""
    from extery.core.license_aliases import suggest_license
    from extery.core.license_texts import identify_texts

    if text.strip().upper() in _NOTHING:
        return []
    if expression := canonical_expression(text.strip()):
        return [assess(expression)]
    if any(word in text.lower() for word in _CLOSED_WORDS):
        return [Assessment("incompatible", (text.strip().partition("\n")[0][:60],), _PROPRIETARY)]
    if texts := identify_texts(text):
        return [assess(canonical_expression(name) or name) for name in sorted(texts)]
    if "\n" not in text.strip() and (suggestion := suggest_license(text)):
        return [assess(suggestion)]
    return []


def _of_classifier(text: str) -> list[Assessment]:
    from extery.core.license_aliases import suggest_license

    if text in _CLOSED:
        return [Assessment("incompatible", (text.rpartition(" :: ")[2],), _PROPRIETARY)]
    name = text.rpartition(" :: ")[2]
    if name in _VAGUE:
        return [Assessment("unknown")]
    suggestion = suggest_license(name)
    return [assess(suggestion)] if suggestion else [Assessment("unknown")]


def _is_license(name: str, folder: str) -> bool:
    base = name.rpartition("/")[2].lower()
    return name.startswith(f"{folder}/") and base.startswith(("licen", "copying", "unlicen"))
