"""What the wheels of an extension state about their licences, for the rules in `extery.rules.licenses`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from extery.core.errors import InvalidPackage
from extery.core.license_compatibility import Assessment, assess
from extery.core.licenses import canonical_expression
from extery.package import Archive, open_archive
from extery.rules.context import RuleContext

if TYPE_CHECKING:
    from email.message import Message

_MAX_METADATA = 1 << 20
#: Licence texts of a wheel that are read if its metadata is not clear.
_MAX_FILES = 5
#: Classifiers of a wheel that are read; real ones have up to a hundred.
MAX_CLASSIFIERS = 500
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


class StatedLicense(NamedTuple):
    """The licence of a library: whether it is compatible with the GPL, and whether the wheel states one at all.

    ``number`` is the index of its first wheel in the manifest.
    """

    library: str
    number: int
    assessment: Assessment
    says_something: bool


def stated_licenses(context: RuleContext) -> Iterator[StatedLicense]:
    """Yield the licence of each library with a listed wheel that is there, whatever the number of its wheels."""
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
                assessment = stated_license(archive)
        except InvalidPackage:  # `extery.rules.wheels.contents` reports it
            continue
        says_something = assessment is not None
        yield StatedLicense(library, index, assessment or Assessment("unknown"), says_something)


def stated_license(wheel: Archive) -> Assessment | None:
    """Return the assessment of what the metadata of a wheel states: an expression, a text, or classifiers.

    ``None`` if it states nothing, and the wheel has no text of a licence.
    """
    if (headers := read_headers(wheel)) is None:
        return Assessment("unknown")  # a problem of its own
    license_text = str(headers.get("License", "")).strip()
    if expression := canonical_expression(str(headers.get("License-Expression", ""))):
        return assess(expression)
    stated = headers.get_all("Classifier", [])[:MAX_CLASSIFIERS]
    classifiers = [text for text in map(str, stated) if text.startswith(_CLASSIFIER)]
    assessments = [
        *_of_text(license_text),
        *(assessment for text in classifiers for assessment in _of_classifier(text)),
    ]
    if all(item.verdict == "unknown" for item in assessments):
        files = license_files(wheel)
        assessments += _of_files(files[:_MAX_FILES], wheel)
        says_something = files or classifiers or license_text.upper() not in _NOTHING
        if not assessments:
            return Assessment("unknown") if says_something else None
    # Several may be alternatives or parts: only if all are incompatible is it certain.
    order = ("compatible", "unknown", "incompatible")
    return min(assessments, key=lambda item: order.index(item.verdict))


def _of_files(files: list[str], wheel: Archive) -> list[Assessment]:
    """Return the assessments of the licence texts in the ``.dist-info`` folder that are recognized."""
    from extery.core.license_texts import MAX_TEXT_BYTES, identify_texts

    texts: set[str] = set()
    for name in files:
        member = wheel.by_name[name]
        if not member.is_folder and member.size <= MAX_TEXT_BYTES:
            data = wheel.read(member, limit=MAX_TEXT_BYTES)
            texts |= identify_texts(data.decode("utf-8", "replace"))
    return [assess(name) for name in sorted(texts)]


def _of_text(text: str) -> list[Assessment]:
    """Return the assessment of the free text of a licence: a name, an expression, or its whole text."""
    from extery.core.license_aliases import suggest_license
    from extery.core.license_texts import identify_texts

    if text.strip().upper() in _NOTHING:
        return []
    if expression := canonical_expression(text.strip()):
        return [assess(expression)]
    if texts := identify_texts(text):
        return [assess(name) for name in sorted(texts)]
    if any(word in text.lower() for word in _CLOSED_WORDS):
        return [Assessment("incompatible", (text.strip().partition("\n")[0][:60],), _PROPRIETARY)]
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


def license_files(wheel: Archive) -> list[str]:
    """Return the names of the licence texts in the ``.dist-info`` folder of a wheel."""
    folder = _dist_info(wheel)
    return [
        name
        for name in wheel.by_name
        if name.startswith(f"{folder}/")
        and name.rpartition("/")[2].lower().startswith(("licen", "copying", "unlicen"))
    ]


def read_headers(wheel: Archive) -> Message | None:
    """Return the headers of the metadata of a wheel, without the description; ``None`` if it has none.

    Raises `InvalidPackage` if they are damaged, or larger than a megabyte.
    """
    from email.parser import (
        BytesHeaderParser,  # wheels are rare; packaging.metadata takes three times as long
    )

    if not (folder := _dist_info(wheel)):
        return None
    data = wheel.read(wheel.by_name[f"{folder}/METADATA"], limit=_MAX_METADATA)
    return BytesHeaderParser().parsebytes(data)


def _dist_info(wheel: Archive) -> str:
    """Return the folder with the metadata of a wheel; empty if there is none."""
    files = (name.split("/") for name in wheel.by_name if name.endswith(".dist-info/METADATA"))
    # Only a folder at the top is that of the wheel.
    return next((parts[0] for parts in files if len(parts) == 2), "")
