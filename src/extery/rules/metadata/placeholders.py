"""The manifest has no values of a template, such as those of the example in Blender's manual."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

#: Field -> values of templates, in lower case and with single blanks.
_VALUES = {
    "id": {
        *("my_example_extension", "my_example_package", "my_example_addon", "my_example_add_on"),
        *(
            "my_extension",
            "my_addon",
            "my_add_on",
            "my_theme",
            "example_extension",
            "example_addon",
        ),
        *("example_add_on", "addon_template", "extension_template", "your_addon", "your_extension"),
    },
    "name": {
        *("my example extension", "my example package", "my extension", "my addon", "my add-on"),
        *("my theme", "example extension", "example add-on", "example addon", "extension name"),
        *("addon name", "add-on name", "your extension", "your add-on", "your addon", "test addon"),
    },
    "tagline": {
        *("this is another extension", "this is another add-on", "this is an extension", "tagline"),
        *("a short description", "short description", "my tagline", "your tagline", "description"),
        *("a short description of your add-on", "a short description of your extension"),
        *("a short description of the extension", "a short description of the add-on"),
    },
    "maintainer": {
        *("developer name", "your name", "my name", "author", "author name", "name", "maintainer"),
        *("company name", "developer", "firstname lastname", "first last"),
    },
}
#: The part of an e-mail address before the @, and whole addresses, that stand for the reader's own.
_EMAIL = re.compile(
    r"(?:email@address\.com|(?:your?|name|email|user|you)[._-]?(?:name|email|mail)?@(?:email|example|address|domain|mail|your.*)\.\w+)"
)
_OWNER = re.compile(r"\d{4}(?:-\d{4})? (?P<name>.*)")
_WEBSITE = re.compile(
    r"https?://(?:extensions\.blender\.org/add-ons/my-example-(?:package|extension)|(?:www\.)?(?:your-?(?:website|site|domain|url)|mywebsite|website|address)\.(?:com|org|net))(?:/.*)?"
)
#: Reasons of the manual's example -> words of an extension for which they may be true.
_REASONS = {
    "need to sync motion-capture data to server": ("mocap", "motion"),
    "import/export fbx from/to disk": ("fbx",),
    "copy and paste bone transforms": ("bone", "transform", "pose"),
}


def check(context: RuleContext, problems: ProblemList) -> None:
    table = context.table or {}
    for field, values in _VALUES.items():
        text = _plain(table.get(field))
        name, _, address = text.partition("<")
        if name.strip() in values or (
            field == "maintainer" and _EMAIL.fullmatch(address.strip("> "))
        ):
            _add(context, problems, field)
    if _WEBSITE.fullmatch(_plain(table.get("website"))):
        _add(context, problems, "website")
    owners = table.get("copyright")
    for index, owner in enumerate(owners if isinstance(owners, list) else ()):
        match = _OWNER.fullmatch(_plain(owner))
        if match and match["name"] in _VALUES["maintainer"]:
            _add(context, problems, "copyright", index)
            break
    _check_reasons(context, problems)


RULE = Rule(
    "metadata.placeholders",
    check,
    scopes=CHECKS,
    input=Input.TABLE,
    codes=("metadata.placeholder",),
    severity="warning",
    guideline="review-manifest",
)


def _check_reasons(context: RuleContext, problems: ProblemList) -> None:
    table = context.table or {}
    permissions = table.get("permissions")
    about = " ".join(_plain(table.get(field)) for field in ("id", "name", "tagline"))
    for permission, reason in permissions.items() if isinstance(permissions, dict) else ():
        words = _REASONS.get(_plain(reason))
        if words and not any(word in about for word in words):
            _add(context, problems, "permissions", permission)


def _add(context: RuleContext, problems: ProblemList, *path: str | int) -> None:
    value: object = context.table
    for step in path:
        value = value[step]  # type: ignore[index]
    problems.add(
        "metadata.placeholder",
        where=context.locate(path),
        variant="permission" if path[0] == "permissions" else "",
        field=".".join(map(str, path)) if path[0] == "permissions" else str(path[0]),
        value=quote_value(value),
    )


def _plain(value: object) -> str:
    return " ".join(value.lower().split()) if isinstance(value, str) else ""
