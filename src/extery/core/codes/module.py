"""Codes of compiled modules that lie beside the code of an add-on."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import installs

_FAILS = installs("Blender installs the add-on, and cannot import the module")
_ENDS = {
    "newer": "build it for Python {python} too, or set blender_version_max = '{bound}'",
    "older": "build it for Python {python} too, or set blender_version_min = '{bound}'",
    "none": "build it for Python {python}",
}
_PYTHON = {
    f"{end}{several}": (
        f"{{module}} {verb} built for {{built}} only, not for {{python}} ({{blenders}})",
        hint.replace("build it", "build them") if several else hint,
    )
    for end, hint in _ENDS.items()
    for several, verb in (("", "is"), ("-several", "are"))
}

CODES = {
    "module.python": Code(
        "warning", "a compiled module is not built for the Python of some Blenders", "A module is built for one version of Python, unless it uses the stable ABI (.abi3.so). Blender 4.2 to 5.0 have Python 3.11, newer ones 3.13.",
        installation=_FAILS,
        message=_PYTHON["newer"][0],
        hint=_PYTHON["newer"][1],
        variants=_PYTHON,
        example={"variant": "newer", "module": "gearcore", "built": "Python 3.11", "python": "3.13", "blenders": "Blender 5.1 and newer", "bound": "5.1.0"},
    ),
    "module.platform": Code(
        "warning", "compiled modules are there for some platforms only", "The add-on is offered to all platforms of its manifest, and fails where it cannot import the module.",
        installation=_FAILS,
        message="compiled modules such as {file} are for {fits} only, and the manifest lists no platforms",
        hint="add a line: {line}",
        variants={
            "listed": ("platforms lists {platform}, but compiled modules such as {file} are for {fits} only", "build them for {platform}, or remove it from platforms"),
            "none": ("compiled modules such as {file} are for no platform of Blender", "build them for {platform}"),
        },
        example={"file": "gearcore.cp311-win_amd64.pyd", "fits": "windows-x64", "platform": "linux-x64", "line": 'platforms = ["windows-x64"]'},
    ),
}  # fmt: skip
