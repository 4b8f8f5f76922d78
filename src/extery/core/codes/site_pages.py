"""Codes of problems with the pages that staff writes."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "site-page.changed": Code(
        "error",
        "the page was changed in the meantime",
        "Two people edited a page at the same time: the text of the first one is not overwritten.",
        message="{page} was changed meanwhile: it is at version {number} now",
        hint="compare your text with it below, take over what is new, and save again",
        example={"page": "Terms", "number": 3},
    ),
    "site-page.empty": Code(
        "error",
        "a page needs a text, and each change a reason",
        "The history of a page says what each version changed.",
        message="the text is empty",
        hint="enter the text",
        variants={
            "text": ("the text is empty", "enter the text"),
            "note": ("it does not say what changed", "say in a sentence what changed"),
        },
        example={"variant": "text"},
    ),
    "site-page.unchanged": Code(
        "error",
        "the text of a page is the same as before",
        "A version without a change would only make the history longer.",
        message="the text of {page} is the same as before",
        hint="change the text, or leave the page",
        example={"page": "Terms"},
    ),
}
