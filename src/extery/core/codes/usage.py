"""Codes of the command line: its arguments and the project file."""

from __future__ import annotations

import json

from extery.core.codes import Code
from extery.core.installation import installs
from extery.core.types import TYPES

_SIMILAR = {"similar": ("", "did you mean {similar}?")}

#: Why a file is not TOML, where `tomllib` does not say it.
_NOT_TOML = {
    "bom": "it begins with a byte order mark",
    "not-utf-8": "it is not UTF-8: byte {byte} cannot be read",
    "long-key": "a key has more than {maximum} dots",
    "long-number": "it has a number with thousands of digits",
    "too-deep": "it is nested too deeply to be read",
}
#: Type of a value in TOML -> its description.
_TOML_TYPES = {
    "table": "a table",
    "boolean": "true or false",
    "boolean-or-string": "true, false or a string",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
}
#: A tag file, as a template.
_TAG_FILE = json.dumps({type_.name: [type_.tags[0]] for type_ in TYPES}).join(("{", "}"))

CODES = {
    "usage.more-problems": Code(
        "warning", "there are more problems of one kind", "A report has at most a hundred problems with the same code; the others are only counted. It is an error if they are errors.",
        installation=installs("the listed problems of the same code decide"),
        message="{count:,} more problems [{code}] are not listed",
        hint="correct the listed ones first",
        example={"count": 1900, "code": "package.symlink"},
    ),
    "usage.site-missing": Code(
        "error", "the website is not installed", "The toolkit is installed without Django and the other libraries that only the website needs.",
        message="the libraries of the website are not installed",
        hint="pip install 'extery[site]', or in a checkout of Extery: pip install '.[site]'",
    ),
    "usage.demo-missing": Code(
        "error",
        "the demo is not installed",
        "The demo content is a distribution of its own, so that production sites do not contain it.",
        message="--demo needs the distribution extery-demo, which is not installed",
        hint="pip install extery-demo, or in a checkout of Extery: pip install ./demo",
    ),
    "usage.postgres-missing": Code(
        "error",
        "the PostgreSQL driver is not installed",
        "Only sites on PostgreSQL need psycopg; SQLite comes with Python.",
        message="the PostgreSQL driver for {database} is not installed",
        hint="pip install 'extery[site,postgres]', or in a checkout of Extery: pip install '.[site,postgres]'",
        example={"database": "postgresql://db.example.org/extery"},
    ),
    "usage.s3-missing": Code(
        "error",
        "the libraries for S3 are not installed",
        "Only sites that store their files on an S3 server need boto3 and django-storages.",
        message="the libraries for {storage} are not installed",
        hint="pip install 'extery[site,s3]', or in a checkout of Extery: pip install '.[site,s3]'",
        example={"storage": "s3://extensions"},
    ),
    "usage.yara-missing": Code(
        "error",
        "the library for YARA rules is not installed",
        "Only sites with YARA rules of their own need yara-x.",
        message="the library for the YARA rules in {rules} is not installed",
        hint="pip install 'extery[site,yara]', or in a checkout of Extery: pip install '.[site,yara]'; or unset EXTERY_YARA_RULES",
        example={"rules": "/srv/extery-rules"},
    ),
    "usage.tag-file": Code(
        "error", "the file of valid tags cannot be used", "Tags are checked against this file, so it has to list the valid tags of each type.",
        message="{file} cannot be used as a list of tags: {reason}",
        hint=f"write {_TAG_FILE}",
        variants={
            "type-missing": ("{file} cannot be used as a list of tags: it has none of {types}", ""),
        },
        example={"file": "tags.json", "variant": "type-missing", "types": ", ".join(repr(type_.name) for type_ in TYPES), "reason": "Permission denied"},
    ),
    "usage.unknown-code": Code(
        "error", "there is no such problem code", "Each problem is printed with its code in brackets.",
        message="there is no problem code {code!r}",
        hint="list all of them with: extery explain --all",
        variants=_SIMILAR,
        example={"code": "manifest.id.not-identifer", "variant": "similar", "similar": "manifest.id.not-identifier"},
    ),
    "usage.unknown-rule": Code(
        "error", "there is no such rule", "Each problem is printed with its code in brackets, which leads to its rule.",
        message="there is no rule or code {rule!r}",
        hint="list all rules with: extery rule --all",
        variants={"similar": ("", "did you mean {similar}?")},
        example={"rule": "code.pipp", "variant": "similar", "similar": "code.pip"},
    ),
    "usage.config-unreadable": Code(
        "error", "the project file cannot be read", "Options and silenced warnings in it would be ignored.",
        message="{file} cannot be read: {reason}",
        hint="check that it is a regular file that you have permission to read, or pass --no-config",
        variants={"too-large": ("{file} cannot be read: it has more than {limit:,} bytes", "move what is not for extery to another file")},
        example={"file": "extery.toml", "reason": "Permission denied", "limit": 1_048_576},
    ),
    "usage.config-toml": Code(
        "error", "the project file is not valid TOML", "Options and silenced warnings in it would be ignored.",
        message="{file} is not valid TOML: {reason}",
        hint="correct the line, or pass --no-config",
        variants={name: (f"{{file}} is not valid TOML: {text}", "") for name, text in _NOT_TOML.items()},
        example={"file": "extery.toml", "reason": "Unclosed array", "maximum": 100, "byte": "0xfc"},
    ),
    "usage.config-twice": Code(
        "error", "there are two project files", "Options could contradict each other, so only one file is read.",
        message="extery.toml and [tool.extery] in pyproject.toml exclude each other",
        hint="move all options into one of them and delete the other",
    ),
    "usage.config-key": Code(
        "error", "the project file has an unknown key", "A misspelt option would have no effect.",
        message="{key!r} is not an option of Extery",
        hint="remove it; 'extery COMMAND --help' lists the options",
        variants=_SIMILAR,
        example={"key": "outpt-dir", "variant": "similar", "similar": "output-dir"},
    ),
    "usage.config-value": Code(
        "error", "a value in the project file is invalid", "The option cannot be used.",
        message="{key} is wrong: {reason}",
        hint="see 'extery {command} --help'",
        variants={name: (f"{{key}} must be {text}, found {{value}}", "") for name, text in _TOML_TYPES.items()},
        example={"key": "output-format", "variant": "string", "value": "3", "reason": "'xml' is not one of 'text', 'json'.", "command": "validate"},
    ),
    "usage.silence-unknown": Code(
        "error", "the project file silences an unknown code", "A misspelt code has no effect.",
        message="there is no problem code {code!r}",
        hint="list all of them with: extery explain --all",
        variants=_SIMILAR,
        example={"code": "manifest.tagline.perod", "variant": "similar", "similar": "manifest.tagline.period"},
    ),
    "usage.silence-error": Code(
        "error", "the project file silences an error", "Blender refuses the extension whether or not the error is shown.",
        message="{code} is an error and cannot be silenced",
        hint="correct its cause; only warnings can be silenced",
        example={"code": "manifest.id.missing"},
    ),
    "usage.silence-reason": Code(
        "error", "a silenced code has no reason", "Readers of the project file need to know why the warning does not apply.",
        message="the reason for silencing {code} must be a string that is not empty",
        hint='write: "{code}" = "why it does not apply here"',
        example={"code": "package.outside-root"},
    ),
}  # fmt: skip
