"""Everyday names of licences, such as ``GPL v3`` and ``MIT License``, and deprecated SPDX identifiers.

The results are valid SPDX expressions with identifiers that are not deprecated.
"""

from __future__ import annotations

import re

from extery.core.licenses import MAX_EXPRESSION_LENGTH, PREFIX, canonical_expression

_FAMILIES = {
    "gpl": ("GPL", ("1.0", "2.0", "3.0"), "3.0"),
    "lgpl": ("LGPL", ("2.0", "2.1", "3.0"), "3.0"),
    "agpl": ("AGPL", ("1.0", "3.0"), "3.0"),
    "gfdl": ("GFDL", ("1.1", "1.2", "1.3"), "1.3"),
}
_GNU = re.compile(
    r"(?P<family>affero|lesser|library|agpl|lgpl|gfdl|gpl|free documentation|general public)"
)
_CC = re.compile(r"(?:cc|creative commons)(?P<rest>.*)")
#: Words in lower case -> identifier; the words of a key may stand anywhere in a name.
_NAMES = (
    ("mit no attribution", "MIT-0"),
    ("mit", "MIT"),
    ("expat", "MIT"),
    ("apache", "Apache-2.0"),
    ("mozilla", "MPL-2.0"),
    ("mpl", "MPL-2.0"),
    ("bsd 2", "BSD-2-Clause"),
    ("simplified bsd", "BSD-2-Clause"),
    ("freebsd", "BSD-2-Clause"),
    ("2 clause bsd", "BSD-2-Clause"),
    ("bsd", "BSD-3-Clause"),
    ("zlib", "Zlib"),
    ("unlicense", "Unlicense"),
    ("isc", "ISC"),
    ("boost", "BSL-1.0"),
    ("wtfpl", "WTFPL"),
    ("public domain", "CC0-1.0"),
    ("artistic", "Artistic-2.0"),
    ("eupl", "EUPL-1.2"),
)
#: Deprecated identifiers that are not those of a family -> what replaced them, as the SPDX list states.
_DEPRECATED = {
    "BSD-2-Clause-FreeBSD": "BSD-2-Clause",
    "BSD-2-Clause-NetBSD": "BSD-2-Clause",
    "bzip2-1.0.5": "bzip2-1.0.6",
    "eCos-2.0": "GPL-2.0-or-later WITH eCos-exception-2.0",
    "StandardML-NJ": "SMLNJ",
    "wxWindows": "LGPL-2.0-or-later WITH WxWindows-exception-3.1",
    "GPL-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "GPL-2.0-with-bison-exception": "GPL-2.0-or-later WITH Bison-exception-2.2",
    "GPL-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "GPL-2.0-with-GCC-exception": "GPL-2.0-or-later WITH GCC-exception-2.0",
    "GPL-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "GPL-3.0-with-GCC-exception": "GPL-3.0-only WITH GCC-exception-3.1",
}
_FAMILY_ID = re.compile(r"(?P<id>(?:A?GPL|LGPL|GFDL)-\d\.\d)(?P<plus>\+?)")
_TOKEN = re.compile(r"[^\s()]+")


def replace_deprecated(expression: str) -> str:
    """Return the expression with current identifiers in place of deprecated ones.

    ``GPL-3.0`` becomes ``GPL-3.0-or-later``, which is what most authors mean by it; see `is_ambiguous`.

    >>> replace_deprecated("MIT AND GPL-3.0+")
    'MIT AND GPL-3.0-or-later'
    """
    return _TOKEN.sub(lambda match: _current_id(match[0]), expression)


def _current_id(identifier: str) -> str:
    if match := _FAMILY_ID.fullmatch(identifier):
        return f"{match['id']}-or-later"
    return _DEPRECATED.get(identifier, identifier)


def is_ambiguous(expression: str) -> bool:
    """Return whether it has an identifier such as ``GPL-3.0``, which leaves later versions open."""
    matches = map(_FAMILY_ID.fullmatch, _TOKEN.findall(expression))
    return any(match is not None and not match["plus"] for match in matches)


def suggest_license(text: str) -> str:
    """Return the SPDX expression that an everyday name means, or an empty string.

    >>> suggest_license("GNU GPL v3"), suggest_license("The MIT License (MIT)")
    ('GPL-3.0-or-later', 'MIT')
    """
    if len(text) > MAX_EXPRESSION_LENGTH:
        return ""
    name = re.sub(r"^spdx\s*:", "", text.strip(), flags=re.IGNORECASE).strip()
    known = canonical_expression(name)
    if known is not None:
        return replace_deprecated(known)
    words = " ".join(re.sub(r"[^a-z0-9.+]+", " ", name.lower()).split())
    guesses = [guess for guess in (_gnu(words), _creative_commons(words), *_others(words)) if guess]
    # Several licences in one text: only the author knows how they are combined.
    if len({guess.partition("-")[0] for guess in guesses}) != 1:
        return ""
    return guesses[0] if canonical_expression(PREFIX + guesses[0]) == guesses[0] else ""


def _gnu(words: str) -> str:
    match = _GNU.search(words)
    if match is None:
        return ""
    family = {
        "affero": "agpl",
        "lesser": "lgpl",
        "library": "lgpl",
        "general public": "gpl",
        "free documentation": "gfdl",
    }.get(match["family"], match["family"])
    prefix, versions, latest = _FAMILIES[family]
    number = re.search(r"(?<![\d.])v?(\d)(?:\.(\d))?", words)
    version = f"{number[1]}.{number[2] or 0}" if number else latest
    if version not in versions:
        return ""
    only = " only" in f" {words}" and "or later" not in words
    return f"{prefix}-{version}-{'only' if only else 'or-later'}"


def _creative_commons(words: str) -> str:
    match = _CC.match(words)
    if match is None:
        return ""
    rest = match["rest"]
    number = re.search(r"\d\.\d", rest)
    if rest.strip().startswith(("0", "zero")):
        return "CC0-1.0"
    long_names = (
        *(("attribution", "by"), ("non commercial", "nc"), ("noncommercial", "nc")),
        *(("share alike", "sa"), ("sharealike", "sa"), ("no derivatives", "nd")),
        *(("noderivatives", "nd"), ("noderivs", "nd")),
    )
    for long, short in long_names:
        rest = rest.replace(long, short)
    parts = [part for part in ("by", "nc", "nd", "sa") if part in rest.split()]
    if parts[:1] != ["by"]:
        return ""
    return f"CC-{'-'.join(parts).upper()}-{number[0] if number else '4.0'}"


def _others(words: str) -> list[str]:
    number = re.search(r"(?<![\d.])v?(\d)(?:\.\d)?(?![\d.])", words)
    found = []
    for key, identifier in _NAMES:
        if re.search(rf"(?<![a-z0-9]){re.escape(key)}(?![a-z])", words):
            version = re.search(r"-(\d)\.\d$", identifier)
            if version and number and number[1] != version[1]:
                return []
            found.append(identifier)
    return found
