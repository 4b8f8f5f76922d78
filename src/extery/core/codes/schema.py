"""Codes of the versions of the manifest's schema."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "schema.unknown": Code(
        "error",
        "there is no such version of the manifest's schema",
        "Each version has fields of its own.",
        message="there is no manifest schema {value}",
        hint="choose one of: {known}",
        example={"value": "'2.0.0'", "known": "1.0.0"},
    ),
}
