"""Codes of `extery new`: a new extension in a folder."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "new.exists": Code(
        "error",
        "the folder has a file that `extery new` would write",
        "Nothing that is there is ever replaced.",
        message="{path} exists",
        hint="choose another folder; or move the file away, run the command again, and compare the two",
        variants={"file": ("{path} is a file", "choose the name of a new folder")},
        example={"path": "gear_tool/__init__.py"},
    ),
    "new.unwritable": Code(
        "error",
        "the new extension cannot be written",
        "The folder cannot be created, or the disk is full. Nothing is left of it.",
        message="{path} cannot be written: {reason}",
        hint="check the permissions of the folder and the free space, or choose another folder",
        example={"path": "gear_tool", "reason": "Permission denied"},
    ),
    "new.no-id": Code(
        "error",
        "the name of the folder gives no id",
        "An id has letters, digits and underscores.",
        message="{folder} has no letter for an id",
        hint="name the extension: --id gear_tool",
        example={"folder": "'2026'"},
    ),
}
