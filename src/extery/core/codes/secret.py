"""Codes of passwords, keys and tokens among the files of an extension. No message contains the secret."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.installation import installs

_INSTALLS = installs("the extension works, and everybody who downloads it can read the secret")

CODES = {
    "secret.file": Code(
        "error", "a file of passwords or keys is packed", "Everybody who downloads the package can read it.",
        stricter=True,
        build="error",
        installation=_INSTALLS,
        message="{file} holds {kind}, which everybody can read who downloads the package",
        hint="keep it out of the folder, or add {pattern} to [build] paths_exclude_pattern; if a package with it was published, change what is in it",
        example={"file": ".env", "kind": "passwords or tokens", "pattern": "'.env'"},
    ),
    "secret.text": Code(
        "error", "a file contains a key or a token", "Everybody who downloads the package can use it. Programs search published files for such texts.",
        stricter=True,
        build="error",
        installation=_INSTALLS,
        message="{file} contains {kind} in line {line}",
        hint="let users enter their own in the preferences of the add-on, or read it from the environment; if it was published, revoke it",
        example={"file": "api.py", "kind": "an access key of AWS", "line": 12},
    ),
}  # fmt: skip
