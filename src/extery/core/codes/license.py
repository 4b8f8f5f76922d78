"""Codes of licences: those of the manifest, of files and of wheels, reported by `extery check` and for uploads."""

from __future__ import annotations

from extery.core.codes import Code

_GPL = "An add-on runs as a part of Blender, so everything in it must be compatible with the GPL 3.0 or later."

CODES = {
    "license.not-accepted": Code(
        "warning", "extensions.blender.org does not take the licence",
        "It takes the licences that the manual of Blender lists: GPL 2.0 or 3.0 or later, LGPL 2.1 or 3.0 or later, BSD (1, 2 or 3 clauses), BSL 1.0, MIT, MIT-0, MPL 2.0, Pixar and Zlib, and CC0 1.0 for assets. Others are compatible with the GPL too, and still not taken.",
        message="extensions.blender.org does not take an extension under {license}",
        hint="choose 'SPDX:GPL-3.0-or-later', or another licence of Blender's manual",
        example={"license": "Apache-2.0"},
    ),
    "license.text-missing": Code(
        "warning", "the text of the licence is missing",
        "The licence asks for a copy of its text with every copy of the work. No file such as LICENSE or COPYING is packed, and the code does not name it: not with SPDX-License-Identifier, and not with a notice at the beginning of __init__.py.",
        message="no file has the text of {license}",
        hint="pack the text as the file LICENSE; it is at https://spdx.org/licenses/{license}.html",
        example={"license": "GPL-3.0-or-later"},
    ),
    "license.text-differs": Code(
        "warning", "the packed licence is not that of the manifest",
        "Users cannot know which of the two applies.",
        message="{file} is the text of {text}, and the manifest names {license}",
        hint="correct one of them; if both apply, name both in the manifest",
        example={"file": "LICENSE", "text": "MIT", "license": "GPL-3.0-or-later"},
    ),
    "license.file-incompatible": Code(
        "warning", "a file has a licence that is not compatible with the GPL",
        _GPL + " The licence is that of the line SPDX-License-Identifier in the file.",
        message="{file} is under {license}, which is not compatible with the GPL: {reason}",
        hint="replace the code, or ask its authors for a licence that is",
        variants={"several": ("{file} and {more:,} more are under {license}, which is not compatible with the GPL: {reason}", "")},
        example={"file": "solver.py", "license": "GPL-2.0-only", "reason": "it does not allow version 3 of the GPL", "more": 2},
    ),
    "license.file-unknown": Code(
        "warning", "a file names a licence that is not on the SPDX list",
        "Behind SPDX-License-Identifier tools expect an identifier of the SPDX list, or an expression of these.",
        message="{file} names the licence {license}, which is not on the SPDX list",
        hint="write for example 'SPDX-License-Identifier: GPL-3.0-or-later'; the list is at spdx.org/licenses",
        variants={"several": ("{file} and {more:,} more name the licence {license}, which is not on the SPDX list", "")},
        example={"file": "solver.py", "license": "'GPL3'", "more": 2},
    ),
    "license.wheel-incompatible": Code(
        "warning", "a library has a licence that is not compatible with the GPL",
        _GPL + " The licence is that in the metadata of the wheel.",
        message="the library {library} is under {license}, which is not compatible with the GPL: {reason}",
        hint="use another library, or an older version of it under another licence",
        example={"library": "gears", "license": "BUSL-1.1", "reason": "it is not a free licence"},
    ),
    "license.wheel-unknown": Code(
        "warning", "a library states no licence",
        _GPL + " The metadata of the wheel names no licence, and the wheel has no text of one.",
        message="the wheel of {library} states no licence",
        hint="look it up at its project, and ask its authors to state it",
        example={"library": "gears"},
    ),
}  # fmt: skip
