"""Whether a licence can be combined with the GPL 3.0 or later, the licence of Blender as a whole.

One table, with a reason for each licence that cannot. The source is the list of licences of the Free Software Foundation,
https://www.gnu.org/licenses/license-list.html; for names that it does not list, the text of the licence. A licence that
is in neither part of the table is unknown, and so is an expression whose result depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Verdict = Literal["compatible", "incompatible", "unknown"]


class Assessment(NamedTuple):
    """The verdict on an expression; ``licenses`` are those that decide it, ``reason`` is that of the first."""

    verdict: Verdict
    licenses: tuple[str, ...] = ()
    reason: str = ""


# The GNU licences, and those whose text lets the GPL replace them.
_COPYLEFT = """
    GPL-1.0-or-later GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later
    LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later
    AGPL-3.0-only AGPL-3.0-or-later MPL-2.0 EUPL-1.2 CECILL-2.0 CECILL-2.1 Artistic-2.0 Sleepycat Vim Ruby
"""
_PERMISSIVE = """
    MIT MIT-0 MIT-CMU MITNFA X11 ISC 0BSD HPND HPND-sell-variant NTP NCSA UPL-1.0 BlueOak-1.0.0 BSL-1.0 FSFAP
    BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear BSD-3-Clause-LBNL BSD-Source-Code
    Apache-2.0 Pixar Zlib Libpng libpng-2.0 bzip2-1.0.6 blessing curl FTL IJG Intel Imlib2 SMLNJ TCL W3C dtoa
    PSF-2.0 Python-2.0 Python-2.0.1 CNRI-Python-GPL-Compatible ZPL-2.1 OLDAP-2.8 ICU Unicode-3.0
    Unicode-DFS-2015 Unicode-DFS-2016 Spencer-94 Beerware
    CC0-1.0 Unlicense WTFPL CC-PDDC PDDL-1.0 SAX-PD NIST-PD
"""
# Works that are no programs, and fonts, which may be bundled with any program.
_FOR_OTHER_WORKS = """
    CC-BY-4.0 CC-BY-SA-4.0 OFL-1.0 OFL-1.0-RFN OFL-1.0-no-RFN OFL-1.1 OFL-1.1-RFN OFL-1.1-no-RFN Bitstream-Vera
"""
_COMPATIBLE = frozenset(f"{_COPYLEFT} {_PERMISSIVE} {_FOR_OTHER_WORKS}".split())

#: Reason -> the licences that cannot be combined with the GPL 3.0 or later because of it.
_REASONS = {
    "it does not allow version 3 of the GPL": "GPL-1.0-only GPL-2.0-only",
    "its own copyleft does not allow the conditions of the GPL": """
        EPL-1.0 EPL-2.0 CDDL-1.0 CDDL-1.1 CPL-1.0 IPL-1.0 MPL-1.0 MPL-1.1 MPL-2.0-no-copyleft-exception
        NPL-1.0 NPL-1.1 SPL-1.0 APSL-2.0 CPAL-1.0 QPL-1.0 MS-RL RPL-1.1 RPL-1.5 AGPL-1.0-only ODbL-1.0
        OSL-1.0 OSL-1.1 OSL-2.0 OSL-2.1 OSL-3.0 CC-BY-SA-1.0 CC-BY-SA-2.0 CC-BY-SA-2.5 CC-BY-SA-3.0
    """,
    "it has conditions that the GPL does not allow to add": """
        AFL-1.1 AFL-1.2 AFL-2.0 AFL-2.1 AFL-3.0 Apache-1.0 Apache-1.1 Artistic-1.0 Condor-1.1 LPPL-1.0
        LPPL-1.2 LPPL-1.3a LPPL-1.3c MS-PL Nokia OLDAP-2.3 OpenSSL PHP-3.0 PHP-3.01 Xdebug-1.03 ZPL-1.1 Zend-2.0
    """,
    "it requires a notice in advertising": "BSD-4-Clause",
    "it is not a free licence": """
        JSON SSPL-1.0 BUSL-1.1 Elastic-2.0 NASA-1.3 PolyForm-Small-Business-1.0.0 Aladdin Hippocratic-2.1
        APSL-1.0 APSL-1.1 APSL-1.2 Watcom-1.0
    """,
    "it does not allow commercial use": """
        CC-BY-NC-1.0 CC-BY-NC-2.0 CC-BY-NC-2.5 CC-BY-NC-3.0 CC-BY-NC-4.0
        CC-BY-NC-SA-1.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-2.5 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0
        CC-BY-NC-ND-1.0 CC-BY-NC-ND-2.0 CC-BY-NC-ND-2.5 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0
        PolyForm-Noncommercial-1.0.0
    """,
    "it does not allow changed versions": """
        CC-BY-ND-1.0 CC-BY-ND-2.0 CC-BY-ND-2.5 CC-BY-ND-3.0 CC-BY-ND-4.0
    """,
}
_INCOMPATIBLE = {name: reason for reason, names in _REASONS.items() for name in names.split()}

#: Exceptions that allow to combine a program with code under any licence. All others only add permissions too, but
#: for something else than combining.
_LINKING_EXCEPTIONS = frozenset(
    {
        "Classpath-exception-2.0",
        "GCC-exception-2.0",
        "GCC-exception-3.1",
        "OCaml-LGPL-linking-exception",
    }
)
_TOKEN = re.compile(r"[()]|[^\s()]+")
_PRECEDENCE = {"OR": 1, "AND": 2}


def assess(expression: str) -> Assessment:
    """Return whether code under an SPDX expression can be part of a program under the GPL 3.0 or later.

    ``expression`` is as `extery.core.licenses.canonical_expression` returns it. Of ``OR`` one licence suffices, with
    ``AND`` all must be compatible; deprecated identifiers are read as their replacements.

    >>> assess("MIT OR BUSL-1.1").verdict, assess("MIT AND GPL-2.0-only").licenses
    ('compatible', ('GPL-2.0-only',))
    """
    return evaluate(expression, _assess_one)


def evaluate(expression: str, assess_one: Callable[[str, str], Assessment]) -> Assessment:
    """Return the assessment of an expression; ``assess_one`` is called with each licence and its exception or ``""``."""
    from extery.core.license_aliases import replace_deprecated

    words = _TOKEN.findall(replace_deprecated(expression))
    values: list[Assessment] = []
    operators: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word == "(":
            operators.append(word)
        elif word == ")":
            _apply_above(0, values, operators)
            operators.pop()
        elif word in _PRECEDENCE:
            _apply_above(_PRECEDENCE[word] - 1, values, operators)
            operators.append(word)
        elif words[index + 1 : index + 2] == ["WITH"]:
            values.append(assess_one(word, words[index + 2]))
            index += 2
        else:
            values.append(assess_one(word, ""))
        index += 1
    _apply_above(0, values, operators)
    return values[0]


def _apply_above(precedence: int, values: list[Assessment], operators: list[str]) -> None:
    """Apply the operators on the stack that bind stronger than ``precedence``, down to a parenthesis."""
    while operators and _PRECEDENCE.get(operators[-1], 0) > precedence:
        operator = operators.pop()
        right, left = values.pop(), values.pop()
        values.append(_combined(operator, left, right))


def _combined(operator: str, left: Assessment, right: Assessment) -> Assessment:
    best_first = ("compatible", "unknown", "incompatible")
    order = best_first if operator == "OR" else best_first[::-1]
    verdict = min(left.verdict, right.verdict, key=order.index)
    deciding = [side for side in (left, right) if side.verdict == verdict]
    licenses = tuple(dict.fromkeys(name for side in deciding for name in side.licenses))
    return Assessment(verdict, licenses, deciding[0].reason)


def _assess_one(identifier: str, exception: str) -> Assessment:
    name = f"{identifier} WITH {exception}" if exception else identifier
    if identifier in _COMPATIBLE or exception in _LINKING_EXCEPTIONS:
        return Assessment("compatible", (name,))
    if identifier not in _INCOMPATIBLE:
        return Assessment("unknown", (name,))
    if exception:  # it may allow what the licence does not
        return Assessment("unknown", (name,))
    return Assessment("incompatible", (name,), _INCOMPATIBLE[identifier])
