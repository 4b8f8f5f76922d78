"""What can be wrong with how a command was called."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "usage.tag-file": Code(
        "error",
        "the file of valid tags cannot be used",
        "It has to say for each type which tags are valid, or no tag could be checked.",
    ),
}
