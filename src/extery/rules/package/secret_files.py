"""No file of passwords or keys is packed: recognised by its name."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule

_PASSWORDS, _KEYS = "passwords or tokens", "a private key"
_NAMES = {
    **dict.fromkeys((".env", ".netrc", "_netrc", ".pypirc", ".git-credentials"), _PASSWORDS),
    **dict.fromkeys(("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"), _KEYS),
}
_SUFFIXES = {
    **dict.fromkeys((".p12", ".pfx", ".ppk", ".jks", ".keystore"), _KEYS),
    ".kdbx": "passwords",
}
#: ``.env.production`` has values, these are templates.
_TEMPLATES = frozenset({"example", "sample", "template", "dist", "default", "defaults", "test"})
_MAX_REPORTED = 20
#: Found in all of these names, and in few others: one search for all files of a package.
_PARTS = (
    *("env", "netrc", ".pypirc", ".git-cred", "id_", ".p12", ".pfx", ".ppk", ".jks", ".keystore"),
    ".kdbx",
)


def check(context: RuleContext, problems: ProblemList) -> None:
    if not any(map(context.lower_names.__contains__, _PARTS)):
        return
    found = 0
    for name in context.names:
        file = name.rpartition("/")[2].lower()
        if kind := _kind(file):
            problems.add(
                "secret.file",
                where=context.where(name),
                file=name,
                kind=kind,
                pattern=repr(name.rpartition("/")[2]),
            )
            found += 1
            if found == _MAX_REPORTED:
                return


def _kind(file: str) -> str:
    if kind := _NAMES.get(file):
        return kind
    if file.startswith(".env."):
        return "" if file.removeprefix(".env.").partition(".")[0] in _TEMPLATES else _PASSWORDS
    dot = file.rfind(".")
    return _SUFFIXES.get(file[dot:], "") if dot > 0 else ""


RULE = Rule(
    "package.secret-files",
    check,
    scopes=FILES,
    input=Input.NAMES,
    codes=("secret.file",),
)
