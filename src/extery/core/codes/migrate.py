"""Codes of `extery migrate`: a manifest in another form."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "migrate.unknown-version": Code(
        "error",
        "the manifest has an unknown version of the schema",
        "Its fields may have another meaning.",
        message="schema_version {value} is unknown",
        hint="known versions: {known}; a newer Extery may know more",
        example={"value": "'2.0.0'", "known": "1.0.0"},
    ),
    "migrate.unknown-permission": Code(
        "error",
        "a reason is for a permission that the manifest does not list",
        "A reason is needed for each permission, and for no other.",
        message="the manifest has no permission {name} without a reason",
        hint="it has: {known}",
        example={"name": "'camera'", "known": "files, network"},
    ),
    "migrate.reason-missing": Code(
        "error",
        "permissions have no reasons",
        "Users read the reason before they install the extension, and only its author knows it.",
        message="there is no reason for {names}",
        hint="give each: {options}; or write them into the manifest afterwards: --fill-in",
        example={"names": "files, network", "options": "--reason files='Export gears to disk'"},
    ),
    "migrate.comments": Code(
        "error",
        "a comment would be lost",
        "A comment inside of a value has no place in the new form.",
        message="permissions has a comment that has no place in the new form",
        hint="move the comment above the line, and run the command again",
    ),
    "migrate.notation": Code(
        "error",
        "the notation of permissions cannot be changed",
        "Only a list and a table with all permissions in one place are rewritten, not dotted keys such as permissions.files.",
        message="permissions is neither one list nor one table, and cannot be rewritten",
        hint="write the permissions below a line [permissions], and run the command again",
    ),
}
