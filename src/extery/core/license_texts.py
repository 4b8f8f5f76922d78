"""Recognize the text of a licence by passages that only this licence has.

Only the licences that extensions and their libraries use are recognized; other texts are unknown.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: Texts are long, and what they are is in their first part; the longest has 35 KB.
MAX_TEXT_BYTES = 100_000


class _Marks(NamedTuple):
    """Passages that a text contains all of, and that it contains none of, in lower case with single blanks."""

    present: tuple[str, ...]
    absent: tuple[str, ...] = ()


_MIT = "permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"
_NOTICE = "permission notice"
_BSD = (
    "redistribution and use in source and binary forms, with or without modification, are permitted"
)
_ENDORSE = "to endorse or promote products derived from this software without"
_BINARY = "redistributions in binary form must reproduce"
_ISC = "use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"
_ISC_OLD = "use, copy, modify, and distribute this software for any purpose with or without fee is hereby granted"
_ISC_NOTICE = "this permission notice appear in all copies"
_CC = "creative commons"

#: The text without the words "only" or "or later", which it does not decide -> its marks.
_TEXTS = {
    "AGPL-3.0": _Marks(("gnu affero general public license version 3, 19 november 2007",)),
    "LGPL-3.0": _Marks(("gnu lesser general public license version 3, 29 june 2007",)),
    "LGPL-2.1": _Marks(("gnu lesser general public license version 2.1, february 1999",)),
    "GPL-3.0": _Marks(("gnu general public license version 3, 29 june 2007",)),
    "GPL-2.0": _Marks(("gnu general public license version 2, june 1991",)),
    "Apache-2.0": _Marks(("apache license version 2.0, january 2004",)),
    "MPL-2.0": _Marks(("mozilla public license version 2.0", "covered software")),
    "EPL-2.0": _Marks(("eclipse public license - v 2.0",)),
    "EUPL-1.2": _Marks(("european union public licence v. 1.2",)),
    "BUSL-1.1": _Marks(("business source license 1.1", "change license")),
    "SSPL-1.0": _Marks(("server side public license version 1, october 16, 2018",)),
    "MIT": _Marks((_MIT, _NOTICE)),
    "MIT-0": _Marks((_MIT, "to deal in the software"), (_NOTICE,)),
    "NCSA": _Marks((_MIT, "to deal with the software", "redistributions of source code")),
    "BSD-4-Clause": _Marks((_BSD, "all advertising materials mentioning features")),
    "BSD-3-Clause": _Marks(
        (_BSD, _BINARY, _ENDORSE), ("all advertising materials", "zope public license")
    ),
    "BSD-2-Clause": _Marks((_BSD, _BINARY), (_ENDORSE, "all advertising materials")),
    "BSD-1-Clause": _Marks((_BSD,), (_BINARY, "zope public license")),
    "ISC": _Marks((_ISC, _ISC_NOTICE)),
    "ISC/old": _Marks((_ISC_OLD, _ISC_NOTICE)),
    "0BSD": _Marks((_ISC,), (_ISC_NOTICE,)),
    "Apache-2.0/notice": _Marks(("licensed under the apache license, version 2.0",)),
    "ZPL-2.1": _Marks(("zope public license (zpl) version 2.1",)),
    "PSF-2.0": _Marks(("python software foundation license version 2",)),
    "Zlib": _Marks(("altered source versions must be plainly marked as such",)),
    "BSL-1.0": _Marks(("boost software license - version 1.0",)),
    "Unlicense": _Marks(
        ("this is free and unencumbered software released into the public domain",)
    ),
    "WTFPL": _Marks(("do what the fuck you want to public license",)),
    "CC0-1.0": _Marks(("cc0 1.0 universal",)),
    "CC-BY-4.0": _Marks((_CC, "creative commons attribution 4.0 international public license")),
    "CC-BY-SA-4.0": _Marks((_CC, "attribution-sharealike 4.0 international public license")),
    "CC-BY-NC-4.0": _Marks((_CC, "attribution-noncommercial 4.0 international public license")),
    "CC-BY-NC-SA-4.0": _Marks(
        (_CC, "attribution-noncommercial-sharealike 4.0 international public license")
    ),
    "CC-BY-NC-ND-4.0": _Marks(
        (_CC, "attribution-noncommercial-noderivatives 4.0 international public license")
    ),
    "CC-BY-ND-4.0": _Marks((_CC, "attribution-noderivatives 4.0 international public license")),
}
#: The notice that the GNU licences ask for in each file.
_GNU_NOTICE = re.compile(
    r"under the terms of the gnu (?P<kind>affero |lesser )?general public license as published by the free software"
    r" foundation[,;]? (?:either )?version (?P<version>\d(?:\.\d)?)"
)
_GNU_KINDS = {None: "GPL", "affero ": "AGPL", "lesser ": "LGPL"}
#: The GNU texts quote their own notice as an example behind this line.
_EXAMPLE = "how to apply these terms to your new programs"
_COMMENT = re.compile(r"^[ \t]*(?:#+|//+|\*+|>+|;+|--)[ \t]?", re.MULTILINE)
_OR_LATER = re.compile(r"-(?:only|or-later)$")


def identify_texts(text: str) -> set[str]:
    """Return the licences whose text or notice is in ``text``, such as ``GPL-3.0``; none if it is unknown.

    The result says nothing about later versions, since the text does not either.
    """
    plain = " ".join(_COMMENT.sub("", text[:MAX_TEXT_BYTES]).lower().split())
    plain = plain.replace('(the "software")', "")
    found = {
        name.partition("/")[0]
        for name, marks in _TEXTS.items()
        if all(mark in plain for mark in marks.present)
        and not any(mark in plain for mark in marks.absent)
    }
    for match in _GNU_NOTICE.finditer(plain.partition(_EXAMPLE)[0]):
        version = match["version"] if "." in match["version"] else f"{match['version']}.0"
        found.add(f"{_GNU_KINDS[match['kind']]}-{version}")
    return found


def is_text_of(text: str, identifier: str) -> bool:
    """Whether a text that `identify_texts` recognized belongs to an SPDX identifier.

    That of a later GNU licence fits an identifier with ``-or-later``, and the GPL is the first half of the LGPL 3.0.
    """
    base = _OR_LATER.sub("", identifier).removesuffix("+")
    if text == base or (text, base) == ("GPL-3.0", "LGPL-3.0"):
        return True
    family, _, version = base.rpartition("-")
    own_family, _, own_version = text.rpartition("-")
    is_later = identifier.endswith(("-or-later", "+"))
    return is_later and family == own_family and own_version > version
